package io.keelson.runtime.docker;

import io.keelson.runtime.spi.CriException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a multi-step call has to take back should it fail: each step registers its own undoing, and
 * closing runs them, last first, unless the call was {@link #keep kept}. A failed undoing is logged
 * and does not stop the others.
 *
 * <p>The call's record goes last, and only when everything else was undone; otherwise it stays to
 * tell what may still be there.
 *
 * <p>For one thread.
 */
final class Undo implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Undo.class);

  private final Deque<Entry> entries = new ArrayDeque<>();
  private final Runnable deleteRecord;
  private final Runnable leaveRecord;
  private boolean kept;

  private record Entry(String what, Action action) {}

  /** One undoing. */
  @FunctionalInterface
  interface Action {
    void run() throws InterruptedException;
  }

  /**
   * Begins with nothing to undo but the record.
   *
   * @param deleteRecord run when all was undone
   * @param leaveRecord run instead when something could not be undone
   */
  Undo(Runnable deleteRecord, Runnable leaveRecord) {
    this.deleteRecord = deleteRecord;
    this.leaveRecord = leaveRecord;
  }

  /** Registers how to take a step back; safe to register before a step that may end half-way. */
  void add(String what, Action action) {
    entries.push(new Entry(what, action));
  }

  /** The call succeeded: nothing is taken back. */
  void keep() {
    kept = true;
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    // The caller may be gone, and its interrupt must not cut the undoing short.
    boolean interrupted = Thread.interrupted();
    boolean undone = true;
    while (!entries.isEmpty()) {
      Entry entry = entries.pop();
      try {
        entry.action().run();
      } catch (InterruptedException e) {
        interrupted = true;
        undone = false;
        log.warn("undoing was interrupted at: {}; it is tried again later", entry.what());
      } catch (CriException e) {
        undone = false;
        log.warn("could not {}; it is tried again later: {}", entry.what(), e.getMessage());
      } catch (RuntimeException e) {
        undone = false;
        log.warn("could not {}; it is tried again later", entry.what(), e);
      }
    }
    finish(undone ? deleteRecord : leaveRecord);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void finish(Runnable record) {
    try {
      record.run();
    } catch (RuntimeException e) {
      log.warn("could not delete the record of a failed call; the next start does", e);
    }
  }
}
