package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.spi.CriException;
import io.keelson.volumes.VolumeException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Keeps one full name of a pod as its manifest says, on a virtual thread of its own: what ran
 * before is ended before what is wanted starts, and what is wanted is driven from whatever is
 * observed.
 *
 * <pre>
 *   wanted: none, or a manifest          running: none, or one incarnation (a uid)
 *   ------------------------------------------------------------------------------
 *   none            none                 the worker ends
 *   a manifest      none                 take on -> reconcile
 *   a manifest      the same             reconcile
 *   another, none   an incarnation       terminate -> remove
 * </pre>
 */
final class PodWorker {
  private static final Logger log = LoggerFactory.getLogger(PodWorker.class);
  private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
  private static final Duration RETRY_MOST = Duration.ofSeconds(30);

  private final NodeServices services;
  private final String fullName;
  private final Supplier<Map<String, ConfigMap>> configMaps;
  private final Reports reports;
  private final Wakeup wakeup;
  private final Deque<PodRecord> leftovers;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable PodManifest wanted;
  private boolean detached;
  private Duration graceLimit = Duration.ofDays(1);
  private boolean interruptible;

  /** Where a worker tells what it sees. */
  interface Reports {
    /** The pod has changed. */
    void changed(PodView view);

    /** The pod's present incarnation is gone. */
    void removed(String fullName);

    /** The worker has nothing left to do and ends, unless it is wanted again. */
    boolean mayEnd(PodWorker worker);
  }

  /**
   * Creates a worker that does nothing before {@link #start}.
   *
   * @param adopted incarnations that an earlier process left, the one to keep last
   */
  PodWorker(
      NodeServices services,
      String fullName,
      Collection<PodRecord> adopted,
      Supplier<Map<String, ConfigMap>> configMaps,
      Reports reports) {
    this.services = services;
    this.fullName = fullName;
    this.leftovers = new ArrayDeque<>(adopted);
    this.configMaps = configMaps;
    this.reports = reports;
    this.wakeup = new Wakeup(services.clock());
    this.thread = Thread.ofVirtual().name("pod-" + fullName).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Sets what is wanted; null wants nothing. */
  void want(@Nullable PodManifest manifest) {
    lock.lock();
    try {
      boolean same = manifest != null && wanted != null && manifest.hash().equals(wanted.hash());
      wanted = manifest;
      if (!same) {
        interrupt();
      }
    } finally {
      lock.unlock();
    }
    wakeup.wake();
  }

  /** Ends the pod within its grace period, or within a shorter limit. */
  void terminate(Duration limit) {
    lock.lock();
    try {
      graceLimit = limit;
    } finally {
      lock.unlock();
    }
    want(null);
  }

  /** Ends the worker and leaves the pod as it is. */
  void detach() {
    lock.lock();
    try {
      detached = true;
      // Whatever is being done, a termination included, is for the next agent to go on with.
      thread.interrupt();
    } finally {
      lock.unlock();
    }
    wakeup.wake();
  }

  /** Something may have changed. */
  void wake() {
    wakeup.wake();
  }

  /** Waits until the worker has ended. */
  void join() throws InterruptedException {
    thread.join();
  }

  boolean isWanted() {
    lock.lock();
    try {
      return wanted != null;
    } finally {
      lock.unlock();
    }
  }

  private void interrupt() {
    if (interruptible) {
      thread.interrupt();
    }
  }

  private void run() {
    MDC.put("pod", fullName);
    Backoff retries = new Backoff(RETRY_FIRST, RETRY_MOST);
    PodRun running = null;
    try {
      while (!isDetached()) {
        try {
          if (running == null) {
            running = next();
            if (running == null && reports.mayEnd(this)) {
              return;
            }
            if (running == null) {
              wakeup.await(null);
            }
            continue;
          }
          PodManifest target = wantedNow();
          if (target == null || !running.isOf(target) || !leftovers.isEmpty()) {
            running.terminate(grace(running));
            running.close();
            running = null;
            reports.removed(fullName);
          } else {
            if (reconcile(running)) {
              retries.reset(fullName);
              wakeup.await(running.wakeAt());
            }
          }
        } catch (RuntimeException e) {
          Instant now = services.clock().now();
          retries.attempt(fullName, now);
          if (e instanceof CriException
              || e instanceof VolumeException
              || e instanceof UncheckedIOException) {
            log.warn("pod {}: {}", fullName, e.getMessage());
          } else {
            // One pod's trouble must not end the care for it, nor hide where it comes from.
            log.error("pod {} failed unexpectedly", fullName, e);
          }
          if (running != null) {
            running.failed(String.valueOf(e.getMessage()));
          }
          wakeup.await(now.plus(retries.pause(fullName)));
        }
      }
    } catch (InterruptedException e) {
      log.debug("the worker of pod {} was interrupted", fullName);
    } finally {
      if (running != null) {
        running.close();
      }
      MDC.clear();
    }
  }

  /** False when it was cut short because something else is wanted now. */
  private boolean reconcile(PodRun running) {
    allowInterrupts(true);
    try {
      running.reconcile(configMaps.get());
      return true;
    } catch (InterruptedException e) {
      log.debug("reconciling pod {} was cut short", fullName);
      return false;
    } finally {
      allowInterrupts(false);
    }
  }

  private @Nullable PodRun next() {
    PodRecord left = leftovers.poll();
    if (left != null) {
      return new PodRun(services, left, reports, wakeup);
    }
    PodManifest target = wantedNow();
    if (target == null) {
      return null;
    }
    PodRecord fresh = new PodRecord(target, services.clock().now(), "");
    services.records().save(fresh);
    return new PodRun(services, fresh, reports, wakeup);
  }

  private Duration grace(PodRun running) {
    lock.lock();
    try {
      return running.gracePeriod().compareTo(graceLimit) < 0 ? running.gracePeriod() : graceLimit;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable PodManifest wantedNow() {
    lock.lock();
    try {
      return wanted;
    } finally {
      lock.unlock();
    }
  }

  private boolean isDetached() {
    lock.lock();
    try {
      return detached;
    } finally {
      lock.unlock();
    }
  }

  /** While allowed, a change of what is wanted cuts short what is being done. */
  private void allowInterrupts(boolean allowed) {
    lock.lock();
    try {
      interruptible = allowed;
      if (!allowed && Thread.interrupted()) {
        log.debug("pod {}: what is wanted changed just now", fullName);
      }
    } finally {
      lock.unlock();
    }
  }
}
