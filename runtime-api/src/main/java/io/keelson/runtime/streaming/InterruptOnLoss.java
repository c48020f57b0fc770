package io.keelson.runtime.streaming;

/**
 * Interrupts the thread that made it when the client is lost, until that thread has passed the
 * point where it matters.
 */
final class InterruptOnLoss implements AutoCloseable {
  private final Thread thread = Thread.currentThread();
  private boolean lost;
  private boolean passed;

  /** The client is lost. */
  synchronized void interrupt() {
    lost = true;
    if (!passed) {
      thread.interrupt();
    }
  }

  synchronized boolean isLost() {
    return lost;
  }

  /** Ends the danger; the thread is not interrupted any more on this behalf. */
  @Override
  public synchronized void close() {
    passed = true;
    if (lost) {
      // This interrupt was ours; what follows shall not see it.
      Thread.interrupted();
    }
  }
}
