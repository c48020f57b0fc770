package io.keelson.runtime.docker.checkpoint;

import java.io.IOException;
import java.time.Duration;

/**
 * How long a piece of work may take, counted from its making, and whether it still counts. Whoever
 * waits for the work and whoever does it agree here on how it ended. Thread-safe.
 */
final class TimeLimit {
  private final Duration limit;
  private final long end;
  private Work work = Work.GOES_ON;

  private enum Work {
    GOES_ON,
    DONE,
    GIVEN_UP
  }

  /** The work took too long, or nobody waits for it any more. */
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
  synchronized void check() throws OverdueException {
    if (work == Work.GIVEN_UP || end - System.nanoTime() <= 0) {
      throw overdue();
    }
  }

  /** The work is complete and counts from here on; throws when that comes too late. */
  synchronized void done() throws OverdueException {
    check();
    work = Work.DONE;
  }

  /** Nobody waits any more; false when the work was complete before. */
  synchronized boolean giveUp() {
    if (work == Work.GOES_ON) {
      work = Work.GIVEN_UP;
    }
    return work == Work.GIVEN_UP;
  }

  OverdueException overdue() {
    return new OverdueException(limit);
  }
}
