package io.keelson.runtime.log;

import java.time.Instant;

/** Instants as nanoseconds since the Unix epoch. */
final class EpochNanos {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private EpochNanos() {}

  /**
   * The nanoseconds.
   *
   * @throws ArithmeticException for an instant before 1677 or after 2262
   */
  static long of(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
  }
}
