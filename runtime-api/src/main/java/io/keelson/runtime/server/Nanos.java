package io.keelson.runtime.server;

import java.time.Clock;
import java.time.Instant;

/** Times as CRI has them: nanoseconds since the Unix epoch. */
final class Nanos {
  private Nanos() {}

  static long now(Clock clock) {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }
}
