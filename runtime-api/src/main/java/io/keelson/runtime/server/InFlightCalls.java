package io.keelson.runtime.server;

import io.grpc.Context;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Long calls that a node agent retries when its deadline passes. A retry that finds the first call
 * still running joins it. The work runs on a thread of its own and is interrupted, and so undone,
 * only when no caller waits for it any more; a retry that comes while it is being undone waits for
 * the end and begins afresh.
 */
final class InFlightCalls {
  private final ConcurrentHashMap<Object, Flight> flights = new ConcurrentHashMap<>();
  private final ThreadFactory threads;

  /** Work that takes long. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws InterruptedException;
  }

  /**
   * Creates an empty table.
   *
   * @param threads makes the thread each piece of work runs on
   */
  InFlightCalls(ThreadFactory threads) {
    this.threads = threads;
  }

  /** One piece of work; {@code waiting} is guarded by the map entry's lock. */
  private static final class Flight {
    final Object request;
    final CompletableFuture<Object> result = new CompletableFuture<>();
    final Thread worker;
    int waiting = 1;

    Flight(Object request, Work<?> work, ThreadFactory threads, Runnable ended) {
      this.request = request;
      Map<String, String> logContext = MDC.getCopyOfContextMap();
      this.worker =
          threads.newThread(() -> {
            if (logContext != null) {
              MDC.setContextMap(logContext);
            }
            Object value = null;
            Throwable failure = null;
            try {
              value = Context.ROOT.call(work::run);
            } catch (Throwable e) {
              failure = e;
            }
            ended.run();
            if (failure == null) {
              result.complete(value);
            } else {
              result.completeExceptionally(failure);
            }
          });
    }
  }

  /**
   * Runs {@code work}, or waits for the run already under way for {@code key}.
   *
   * @param key what the work makes: never worked on twice at once; used with one result type only;
   *     its string form names the work in messages
   * @param request joins only a run for an equal request
   * @throws CriException {@code ABORTED} when the run under way is for another request
   */
  @SuppressWarnings("unchecked") // a key is used with one result type only
  <T> T call(Object key, Object request, Work<T> work) throws InterruptedException {
    while (true) {
      boolean[] joined = new boolean[1];
      Flight flight =
          flights.compute(
              key,
              (ignored, present) -> {
                if (present == null) {
                  joined[0] = true;
                  Flight started = new Flight(request, work, threads, () -> flights.remove(key));
                  started.worker.start();
                  return started;
                }
                if (present.waiting > 0 && present.request.equals(request)) {
                  joined[0] = true;
                  present.waiting++;
                }
                return present;
              });
      if (joined[0]) {
        return (T) await(key, flight);
      }
      if (!flight.request.equals(request)) {
        throw new CriException(
            Status.Code.ABORTED,
            key + " is under way with another request; call again when it has ended",
            null);
      }
      awaitEnd(flight);
    }
  }

  /** How many pieces of work are under way. */
  int size() {
    return flights.size();
  }

  /** Interrupts all work under way and waits until it is undone, at most {@code limit}. */
  void stop(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    List<Thread> workers = flights.values().stream().map(flight -> flight.worker).toList();
    workers.forEach(Thread::interrupt);
    for (Thread worker : workers) {
      worker.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
  }

  private Object await(Object key, Flight flight) throws InterruptedException {
    try {
      return flight.result.get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    } finally {
      leave(key, flight);
    }
  }

  private void leave(Object key, Flight flight) {
    flights.computeIfPresent(
        key,
        (ignored, present) -> {
          if (present == flight && --flight.waiting == 0) {
            flight.worker.interrupt();
          }
          return present;
        });
  }

  private static void awaitEnd(Flight flight) throws InterruptedException {
    try {
      flight.result.get();
    } catch (ExecutionException e) {
      // How the abandoned run ended is of no interest to a caller who begins afresh.
      return;
    }
  }

  private static RuntimeException failure(@Nullable Throwable cause) throws InterruptedException {
    return switch (cause) {
      case InterruptedException e -> throw e;
      case RuntimeException e -> e;
      case null, default -> new IllegalStateException("work failed", cause);
    };
  }
}
