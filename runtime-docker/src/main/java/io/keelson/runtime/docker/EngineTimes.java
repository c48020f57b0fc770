package io.keelson.runtime.docker;

import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The engine's RFC 3339 times as CRI has them: nanoseconds since the Unix epoch. */
final class EngineTimes {
  private EngineTimes() {}

  /** The time in nanoseconds; 0 for the engine's "never" (the year 1) and for nothing at all. */
  static long nanos(@Nullable String time) {
    if (time == null || time.isEmpty() || time.startsWith("0001-")) {
      return 0;
    }
    return nanos(Instant.parse(time));
  }

  static long now(Clock clock) {
    return nanos(clock.instant());
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }
}
