package io.keelson.runtime.docker;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a multi-step call has to take back should it fail: each step registers its own undoing right
 * after it, and closing runs them, last first, unless the call was {@link #keep kept}. A failed
 * undoing is logged and does not stop the others; recovery at the next start finishes the job.
 *
 * <p>For one thread.
 */
final class Undo implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Undo.class);

  private final Deque<Entry> entries = new ArrayDeque<>();

  private record Entry(String what, Action action) {}

  /** One undoing. */
  @FunctionalInterface
  interface Action {
    void run() throws InterruptedException;
  }

  /** Registers how to take back what was just done. */
  void add(String what, Action action) {
    entries.push(new Entry(what, action));
  }

  /** The call succeeded: nothing is taken back. */
  void keep() {
    entries.clear();
  }

  @Override
  public void close() {
    if (entries.isEmpty()) {
      return;
    }
    // The caller may be gone, and its interrupt must not cut the undoing short.
    boolean interrupted = Thread.interrupted();
    while (!entries.isEmpty()) {
      Entry entry = entries.pop();
      try {
        entry.action().run();
      } catch (InterruptedException e) {
        interrupted = true;
        log.warn("undoing was interrupted at: {}; the next start finishes it", entry.what());
      } catch (RuntimeException e) {
        log.warn("could not {}; the next start finishes it", entry.what(), e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
