package io.keelson.runtime.docker.checkpoint;

import java.io.IOException;
import java.time.Duration;

/** How long a piece of work may take, counted from its making. Immutable. */
final class TimeLimit {
  private final Duration limit;
  private final long end;

  /** The work took too long. */
  static final class OverdueException extends IOException {
    private static final long serialVersionUID = 1L;

    OverdueException(Duration limit) {
      super("it took longer than " + limit.toMillis() + " ms");
    }
  }

  TimeLimit(Duration limit) {
    this.limit = limit;
    this.end = System.nanoTime() + limit.toNanos();
  }

  /** What is left; not negative. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  /** Throws when nothing is left. */
  void check() throws OverdueException {
    if (end - System.nanoTime() <= 0) {
      throw overdue();
    }
  }

  OverdueException overdue() {
    return new OverdueException(limit);
  }
}
