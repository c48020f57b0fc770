package io.keelson.cni.pod;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** One lock a pod, there as long as somebody holds it or waits for it. Thread-safe. */
final class PodLocks {
  /** An operation on one pod. */
  interface Operation<T> {
    T run() throws InterruptedException;
  }

  private static final class Counted {
    final ReentrantLock lock = new ReentrantLock(true);
    int users;
  }

  private final Map<String, Counted> locks = new HashMap<>();

  <T> T inTurn(String podSandboxId, Operation<T> operation) throws InterruptedException {
    Counted counted = enter(podSandboxId);
    try {
      counted.lock.lockInterruptibly();
      try {
        return operation.run();
      } finally {
        counted.lock.unlock();
      }
    } finally {
      leave(podSandboxId, counted);
    }
  }

  private synchronized Counted enter(String podSandboxId) {
    Counted counted = locks.computeIfAbsent(podSandboxId, id -> new Counted());
    counted.users++;
    return counted;
  }

  private synchronized void leave(String podSandboxId, Counted counted) {
    if (--counted.users == 0) {
      locks.remove(podSandboxId);
    }
  }
}
