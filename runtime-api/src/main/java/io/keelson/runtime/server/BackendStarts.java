package io.keelson.runtime.server;

import io.keelson.runtime.spi.RuntimeBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Starts backends side by side, since most of a start is waiting for somebody else. */
final class BackendStarts {
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** Begins all starts. {@link #await} must follow, whatever happens. */
  BackendStarts(List<RuntimeBackend> backends, EventHub events) {
    for (RuntimeBackend backend : backends) {
      threads.add(
          Thread.ofVirtual()
              .name("start-" + backend.name())
              .unstarted(() -> start(backend, events)));
    }
    threads.forEach(Thread::start);
  }

  private void start(RuntimeBackend backend, EventHub events) {
    try {
      backend.start(events.sinkFor(backend));
    } catch (Throwable e) {
      if (failure.compareAndSet(null, e)) {
        threads.forEach(Thread::interrupt);
      }
    }
  }

  /**
   * Waits until no start is under way any more. A start that fails, or an interrupt of the waiting
   * thread, interrupts the other starts.
   *
   * @throws InterruptedException when interrupted, or when a start was
   * @throws RuntimeException the first failure of a start
   */
  void await() throws InterruptedException {
    try {
      join();
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      join();
      throw e;
    }
    switch (failure.get()) {
      case null -> {}
      case InterruptedException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException("a backend's start failed", e);
    }
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
