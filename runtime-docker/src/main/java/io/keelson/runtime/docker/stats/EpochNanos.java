package io.keelson.runtime.docker.stats;

import java.time.Clock;
import java.time.Instant;

/** The time as CRI statistics carry it. */
final class EpochNanos {
  static final long IN_SECOND = 1_000_000_000;

  private EpochNanos() {}

  /** Nanoseconds since the Unix epoch. */
  static long now(Clock clock) {
    Instant instant = clock.instant();
    return instant.getEpochSecond() * IN_SECOND + instant.getNano();
  }
}
