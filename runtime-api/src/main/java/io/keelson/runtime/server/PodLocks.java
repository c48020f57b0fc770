package io.keelson.runtime.server;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One fair lock a pod: calls that change a pod run one after the other in the order they came,
 * calls for different pods do not meet. A lock takes memory only while somebody holds or awaits it.
 */
final class PodLocks {
  private final ConcurrentHashMap<String, Entry> entries = new ConcurrentHashMap<>();

  private static final class Entry {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  /** A lock that is held until closed. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Waits for the lock of {@code pod} and takes it. */
  Held acquire(String pod) throws InterruptedException {
    Entry entry =
        entries.compute(
            pod,
            (key, present) -> {
              Entry used = present == null ? new Entry() : present;
              used.users++;
              return used;
            });
    try {
      entry.lock.lockInterruptibly();
    } catch (InterruptedException e) {
      leave(pod);
      throw e;
    }
    return () -> {
      entry.lock.unlock();
      leave(pod);
    };
  }

  /** How many pods have a lock in use. */
  int size() {
    return entries.size();
  }

  private void leave(String pod) {
    entries.computeIfPresent(pod, (key, entry) -> --entry.users == 0 ? null : entry);
  }
}
