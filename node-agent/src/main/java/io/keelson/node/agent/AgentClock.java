package io.keelson.node.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;

/**
 * The time of day, and being told when it has come: everything a node agent does by time goes
 * through one of these, so that a test or a simulation can let an hour pass at once. Thread-safe.
 */
public interface AgentClock {

  /** The present time. */
  Instant now();

  /**
   * Has an action run once, on any thread, when a time has come; at once when it has passed.
   *
   * @param action short, and it never blocks
   * @return cancels the call if it has not begun
   */
  Alarm callAt(Instant when, Runnable action);

  /** A call that was asked for. */
  @FunctionalInterface
  interface Alarm {
    /** Asks for it no longer. Repeatable. */
    void cancel();
  }

  /** Waits until a time has come. */
  static void sleepUntil(AgentClock clock, Instant until) throws InterruptedException {
    Semaphore come = new Semaphore(0);
    Alarm alarm = clock.callAt(until, come::release);
    try {
      come.acquire();
    } finally {
      alarm.cancel();
    }
  }

  /** The time of this machine. */
  static AgentClock system() {
    return new AgentClock() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public Alarm callAt(Instant when, Runnable action) {
        Thread waiting =
            Thread.ofVirtual()
                .name("alarm")
                .start(() -> {
                  try {
                    Thread.sleep(Duration.between(Instant.now(), when));
                  } catch (InterruptedException e) {
                    return;
                  }
                  action.run();
                });
        return waiting::interrupt;
      }
    };
  }
}
