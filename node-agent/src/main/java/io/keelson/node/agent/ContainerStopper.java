package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.keelson.runtime.client.RuntimeClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends running containers within their grace period: preStop hook, stop signal, kill. Hooks of all
 * containers begin together; sidecars get their signal after the main containers have ended, the
 * last one of the manifest first.
 */
final class ContainerStopper {
  /** What a container gets after its hook even when the hook took all the time; as kubelet's. */
  static final long LEAST_GRACE_SECONDS = 2;

  private static final Logger log = LoggerFactory.getLogger(ContainerStopper.class);

  private final RuntimeClient client;
  private final AgentClock clock;
  private final LifecycleHooks hooks;

  ContainerStopper(NodeServices services) {
    this.client = services.client();
    this.clock = services.clock();
    this.hooks = new LifecycleHooks(services.actions(), services.clock());
  }

  /**
   * An instance to end.
   *
   * @param id the runtime's id of it
   * @param container its part of the manifest; null when that is not known any more
   * @param rank containers of a higher rank end before it gets its signal; main ones have the
   *     highest
   */
  record Ending(String id, @Nullable Container container, int rank) {}

  /** Ends one instance. */
  void stop(Ending ending, String podIp, Duration grace) throws InterruptedException {
    stop(ending, podIp, clock.now().plus(grace), !grace.isZero(), List.of());
  }

  /** Ends instances together, in their order. Returns when all have ended. */
  void stopAll(List<Ending> endings, String podIp, Duration grace) throws InterruptedException {
    Instant deadline = clock.now().plus(grace);
    Map<String, CompletableFuture<Void>> ended = new ConcurrentHashMap<>();
    endings.forEach(ending -> ended.put(ending.id(), new CompletableFuture<>()));
    Map<String, RuntimeException> failures = new ConcurrentHashMap<>();
    List<Thread> threads = new ArrayList<>();
    for (Ending ending : endings) {
      List<CompletableFuture<Void>> before =
          endings.stream()
              .filter(other -> other.rank() > ending.rank())
              .map(other -> Objects.requireNonNull(ended.get(other.id())))
              .toList();
      threads.add(
          Thread.ofVirtual()
              .name("stop-" + ending.id())
              .start(() -> {
                try {
                  stop(ending, podIp, deadline, !grace.isZero(), before);
                } catch (InterruptedException e) {
                  log.debug("stopping {} was interrupted", ending.id());
                } catch (RuntimeException e) {
                  failures.put(ending.id(), e);
                } finally {
                  Objects.requireNonNull(ended.get(ending.id())).complete(null);
                }
              }));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      threads.forEach(Thread::interrupt);
      throw e;
    }
    for (RuntimeException failure : failures.values()) {
      throw failure;
    }
  }

  private void stop(
      Ending ending,
      String podIp,
      Instant deadline,
      boolean graceful,
      List<CompletableFuture<Void>> before)
      throws InterruptedException {
    if (graceful && ending.container() != null) {
      hooks.preStop(ending.container(), ending.id(), podIp, deadline);
    }
    for (CompletableFuture<Void> other : before) {
      if (graceful) {
        awaitUntil(other, deadline);
      }
    }
    Duration left = Duration.between(clock.now(), deadline);
    Duration least = Duration.ofSeconds(LEAST_GRACE_SECONDS);
    client.stopContainer(
        ending.id(), graceful ? (left.compareTo(least) < 0 ? least : left) : Duration.ZERO);
  }

  private void awaitUntil(CompletableFuture<Void> ended, Instant deadline)
      throws InterruptedException {
    CompletableFuture<Void> over = new CompletableFuture<>();
    AgentClock.Alarm alarm = clock.callAt(deadline, () -> over.complete(null));
    try {
      CompletableFuture.anyOf(ended, over).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("neither can fail", e);
    } finally {
      alarm.cancel();
    }
  }
}
