package io.keelson.runtime.streaming;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Does things when their time has come, to about a tenth of a second, on one thread that sleeps
 * while there are none. Thread-safe.
 */
final class Deadlines implements AutoCloseable {
  private static final long PRECISION_MILLIS = 100;

  private final LongSupplier nanoTime;
  private final Set<Deadline> pending = new HashSet<>();
  private final Thread thread;
  private boolean closed;

  Deadlines(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.thread = Thread.ofVirtual().name("streaming-deadlines").unstarted(this::run);
  }

  /** Begins to watch the time. */
  void start() {
    thread.start();
  }

  /** Something to do later, which can be put off and called off. */
  final class Deadline implements AutoCloseable {
    private final long limit;
    private final boolean repeated;
    private final Runnable action;
    private volatile long since = nanoTime.getAsLong();

    private Deadline(Duration limit, boolean repeated, Runnable action) {
      this.limit = limit.toNanos();
      this.repeated = repeated;
      this.action = action;
    }

    /** Puts it off: its time begins anew. */
    void touch() {
      since = nanoTime.getAsLong();
    }

    private boolean isDue(long now) {
      return now - since >= limit;
    }

    /** Calls it off. */
    @Override
    public void close() {
      synchronized (pending) {
        pending.remove(this);
      }
    }
  }

  /**
   * Has something done once.
   *
   * @param action must neither wait nor throw
   */
  Deadline after(Duration limit, Runnable action) {
    return add(new Deadline(limit, false, action));
  }

  /** Has something done again and again, as {@link #after}. */
  Deadline every(Duration interval, Runnable action) {
    return add(new Deadline(interval, true, action));
  }

  private Deadline add(Deadline deadline) {
    synchronized (pending) {
      pending.add(deadline);
      pending.notifyAll();
    }
    return deadline;
  }

  private void run() {
    try {
      for (List<Deadline> due = awaitDue(); !due.isEmpty(); due = awaitDue()) {
        due.forEach(deadline -> deadline.action.run());
      }
    } catch (InterruptedException e) {
      // Nobody else knows this thread: it ends with the process.
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for those whose time has come; none when this is closed. */
  private List<Deadline> awaitDue() throws InterruptedException {
    synchronized (pending) {
      while (!closed) {
        List<Deadline> due = takeDue();
        if (!due.isEmpty()) {
          return due;
        }
        pending.wait(pending.isEmpty() ? 0 : PRECISION_MILLIS);
      }
      return List.of();
    }
  }

  private List<Deadline> takeDue() {
    long now = nanoTime.getAsLong();
    List<Deadline> due = pending.stream().filter(deadline -> deadline.isDue(now)).toList();
    for (Deadline deadline : due) {
      if (deadline.repeated) {
        deadline.touch();
      } else {
        pending.remove(deadline);
      }
    }
    return due;
  }

  /** Forgets everything and ends the thread. */
  @Override
  public void close() throws InterruptedException {
    synchronized (pending) {
      closed = true;
      pending.clear();
      pending.notifyAll();
    }
    thread.join();
  }
}
