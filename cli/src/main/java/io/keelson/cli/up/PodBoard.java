package io.keelson.cli.up;

import io.keelson.node.agent.PodListener;
import io.keelson.node.agent.PodView;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The latest state of each pod, to look at and to wait for. Thread-safe. */
final class PodBoard implements PodListener {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Map<String, PodView> pods = new TreeMap<>();
  private final Runnable onChange;

  /**
   * Creates an empty board.
   *
   * @param onChange is told, without delay, that something has changed; must not block
   */
  PodBoard(Runnable onChange) {
    this.onChange = onChange;
  }

  @Override
  public void changed(PodView pod) {
    lock.lock();
    try {
      pods.put(pod.fullName(), pod);
      news.signalAll();
    } finally {
      lock.unlock();
    }
    onChange.run();
  }

  @Override
  public void removed(String namespace, String name) {
    lock.lock();
    try {
      pods.remove(namespace + "/" + name);
      news.signalAll();
    } finally {
      lock.unlock();
    }
    onChange.run();
  }

  /** All pods by name. */
  List<PodView> pods() {
    lock.lock();
    try {
      return List.copyOf(pods.values());
    } finally {
      lock.unlock();
    }
  }

  /** Ready, or done with its work. */
  static boolean isUp(PodView pod) {
    return (pod.ready() && !pod.terminating()) || pod.phase().equals("Succeeded");
  }

  /**
   * Waits until all of these pods are up or one of them has failed for good.
   *
   * @return whether they are up; false also when the time is over
   */
  boolean awaitUp(Collection<String> names, Duration limit) throws InterruptedException {
    long remaining = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (true) {
        List<PodView> present = names.stream().filter(pods::containsKey).map(pods::get).toList();
        if (present.stream().anyMatch(pod -> pod.phase().equals("Failed"))) {
          return false;
        }
        if (present.size() == names.size() && present.stream().allMatch(PodBoard::isUp)) {
          return true;
        }
        if (remaining <= 0) {
          return false;
        }
        remaining = news.awaitNanos(Math.min(remaining, TimeUnit.HOURS.toNanos(1)));
      }
    } finally {
      lock.unlock();
    }
  }
}
