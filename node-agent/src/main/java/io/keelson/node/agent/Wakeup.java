package io.keelson.node.agent;

import java.time.Instant;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Lets one thread wait until something has happened or a time has come. */
final class Wakeup {
  private final Semaphore happened = new Semaphore(0);
  private final AgentClock clock;

  Wakeup(AgentClock clock) {
    this.clock = clock;
  }

  /** Something has happened: a wait ends, the present one or the next. */
  void wake() {
    happened.release();
  }

  /**
   * Waits.
   *
   * @param until the latest time to return, or null for none
   */
  void await(@Nullable Instant until) throws InterruptedException {
    AgentClock.Alarm alarm = until == null ? () -> {} : clock.callAt(until, this::wake);
    try {
      happened.acquire();
      // Whatever else has happened is seen by whoever looks now.
      happened.drainPermits();
    } finally {
      alarm.cancel();
    }
  }
}
