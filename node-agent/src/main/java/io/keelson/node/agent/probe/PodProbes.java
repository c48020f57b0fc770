package io.keelson.node.agent.probe;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Probe;
import io.keelson.node.agent.AgentClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Probes the running containers of one pod, each probe on a virtual thread of its own, and keeps
 * what they found. {@link #watch} and {@link #close} are called by one thread; any may read.
 */
public final class PodProbes implements AutoCloseable {
  private final ContainerActions actions;
  private final AgentClock clock;
  private final Runnable onChange;
  private final Map<String, ContainerHealth> health = new ConcurrentHashMap<>();
  private final Map<String, List<Thread>> threads = new HashMap<>();

  /** What a probe is for. */
  private enum Kind {
    STARTUP("Startup"),
    READINESS("Readiness"),
    LIVENESS("Liveness");

    final String word;

    Kind(String word) {
      this.word = word;
    }
  }

  /**
   * Creates probes, none of which runs yet.
   *
   * @param onChange called from a probe's thread after what is known has changed
   */
  public PodProbes(ContainerActions actions, AgentClock clock, Runnable onChange) {
    this.actions = actions;
    this.clock = clock;
    this.onChange = onChange;
  }

  /**
   * A running instance of a container.
   *
   * @param id the runtime's id of it
   * @param container its part of the manifest
   * @param startedAt when it was started
   * @param podIp where its ports are
   */
  public record Running(String id, Container container, Instant startedAt, String podIp) {}

  /** Probes these instances from now on, and no others. */
  public void watch(List<Running> running) {
    Set<String> present = new HashSet<>();
    running.forEach(instance -> present.add(instance.id()));
    for (String id : List.copyOf(threads.keySet())) {
      if (!present.contains(id)) {
        stop(id);
      }
    }
    for (Running instance : running) {
      if (!threads.containsKey(instance.id())) {
        start(instance);
      }
    }
  }

  /** What is known of an instance. */
  public ContainerHealth health(String containerId) {
    return health.getOrDefault(containerId, ContainerHealth.UNKNOWN);
  }

  /** What is known of every watched instance. */
  public Map<String, ContainerHealth> all() {
    return Map.copyOf(health);
  }

  /** Stops all probes. */
  @Override
  public void close() {
    List.copyOf(threads.keySet()).forEach(this::stop);
  }

  private void start(Running instance) {
    Container container = instance.container();
    boolean started = container.getStartupProbe() == null;
    health.put(
        instance.id(),
        new ContainerHealth(
            started, started && container.getReadinessProbe() == null, "", OptionalLong.empty()));
    List<Thread> mine = new ArrayList<>();
    startThread(mine, instance, Kind.STARTUP, container.getStartupProbe());
    startThread(mine, instance, Kind.READINESS, container.getReadinessProbe());
    startThread(mine, instance, Kind.LIVENESS, container.getLivenessProbe());
    threads.put(instance.id(), mine);
  }

  private void startThread(List<Thread> mine, Running instance, Kind kind, @Nullable Probe probe) {
    if (probe == null) {
      return;
    }
    mine.add(
        Thread.ofVirtual()
            .name("probe-" + instance.container().getName() + "-" + kind.word)
            .start(() -> {
              try {
                run(instance, kind, probe);
              } catch (InterruptedException e) {
                // The container is no longer watched, which ends its probes.
                return;
              }
            }));
  }

  private void stop(String id) {
    List<Thread> stopped = threads.remove(id);
    if (stopped != null) {
      stopped.forEach(Thread::interrupt);
    }
    health.remove(id);
  }

  private void run(Running instance, Kind kind, Probe probe) throws InterruptedException {
    int delay = Objects.requireNonNullElse(probe.getInitialDelaySeconds(), 0);
    sleepUntil(instance.startedAt().plusSeconds(delay));
    int successes = 0;
    int failures = 0;
    while (true) {
      Instant next = clock.now().plusSeconds(probe.getPeriodSeconds());
      if (kind == Kind.STARTUP || health(instance.id()).started()) {
        ProbeOutcome outcome =
            actions.probe(probe, instance.container(), instance.id(), instance.podIp());
        successes = outcome.success() ? successes + 1 : 0;
        failures = outcome.success() ? 0 : failures + 1;
        if (successes >= probe.getSuccessThreshold()) {
          succeeded(instance, kind);
          if (kind == Kind.STARTUP) {
            return;
          }
        } else if (failures >= probe.getFailureThreshold()) {
          failed(instance, kind, probe, outcome);
          if (kind != Kind.READINESS) {
            return;
          }
        }
      }
      sleepUntil(next);
    }
  }

  private void succeeded(Running instance, Kind kind) {
    switch (kind) {
      case STARTUP -> {
        boolean ready = instance.container().getReadinessProbe() == null;
        change(instance.id(), known -> known.withStarted(ready));
      }
      case READINESS -> change(instance.id(), known -> known.withReady(true));
      case LIVENESS -> {}
    }
  }

  private void failed(Running instance, Kind kind, Probe probe, ProbeOutcome outcome) {
    if (kind == Kind.READINESS) {
      change(instance.id(), known -> known.withReady(false));
    } else {
      OptionalLong grace =
          probe.getTerminationGracePeriodSeconds() == null
              ? OptionalLong.empty()
              : OptionalLong.of(probe.getTerminationGracePeriodSeconds());
      String message = "%s probe failed: %s".formatted(kind.word, outcome.message());
      change(instance.id(), known -> known.withFailure(message, grace));
    }
  }

  private void change(String id, UnaryOperator<ContainerHealth> change) {
    ContainerHealth before = health.get(id);
    ContainerHealth after = health.computeIfPresent(id, (key, known) -> change.apply(known));
    if (after != null && !after.equals(before)) {
      onChange.run();
    }
  }

  private void sleepUntil(Instant time) throws InterruptedException {
    AgentClock.sleepUntil(clock, time);
  }
}
