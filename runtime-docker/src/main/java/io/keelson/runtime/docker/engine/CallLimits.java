package io.keelson.runtime.docker.engine;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Interrupts calls that outlive their limit. Thread-safe. */
final class CallLimits implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("docker-call-limits").factory());

  CallLimits() {
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Starts the clock for a call on the present thread; zero means no limit. */
  Running begin(Duration limit) {
    Running running = new Running(Thread.currentThread());
    if (!limit.isZero()) {
      running.alarm = timer.schedule(running::interrupt, limit.toNanos(), TimeUnit.NANOSECONDS);
    }
    return running;
  }

  /** One call. After {@link #close} its thread is not interrupted any more on its behalf. */
  static final class Running implements AutoCloseable {
    private final Thread thread;
    private @Nullable Future<?> alarm;
    private boolean ended;
    private boolean overdue;

    private Running(Thread thread) {
      this.thread = thread;
    }

    private synchronized void interrupt() {
      if (!ended) {
        overdue = true;
        thread.interrupt();
      }
    }

    /** Whether the limit ran out before the call ended. */
    synchronized boolean isOverdue() {
      return overdue;
    }

    @Override
    public void close() {
      if (alarm != null) {
        alarm.cancel(false);
      }
      synchronized (this) {
        ended = true;
        if (overdue) {
          // This interrupt was ours; the caller shall not see it.
          Thread.interrupted();
        }
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
