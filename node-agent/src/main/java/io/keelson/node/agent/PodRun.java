package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.keelson.node.agent.PodAction.CreateSandbox;
import io.keelson.node.agent.PodAction.FinishPod;
import io.keelson.node.agent.PodAction.RemoveContainer;
import io.keelson.node.agent.PodAction.StartContainer;
import io.keelson.node.agent.PodAction.StopContainer;
import io.keelson.node.agent.PodAction.StopSandbox;
import io.keelson.node.agent.config.ConfigException;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.node.agent.probe.PodProbes;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One incarnation of a pod: observes it, decides, acts, and tells. Confined to its worker. */
final class PodRun implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PodRun.class);
  private static final String DEADLINE_EXCEEDED = "DeadlineExceeded";
  private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
  private static final Duration RETRY_MOST = Duration.ofMinutes(1);

  private final NodeServices services;
  private final PodManifest manifest;
  private final PodWorker.Reports reports;
  private final PodBlueprint blueprint;
  private final Map<String, Container> containers = new HashMap<>();
  private final PodObserver observer;
  private final PodProbes probes;
  private final PodTermination termination;
  private final ContainerStarter starter;
  private final GarbageCollector garbage;
  private final PodStatusBuilder statuses;
  private final Backoff restarts = Backoff.ofRestarts();
  private final Backoff imagePulls = Backoff.ofRestarts();
  private final Backoff retries = new Backoff(RETRY_FIRST, RETRY_MOST);
  private final Map<String, StartFailure> failures = new HashMap<>();
  private final Map<String, Instant> retryAt = new HashMap<>();
  private PodRecord record;
  private ObservedPod observed = ObservedPod.NOTHING;
  private PodPlan plan = new PodPlan(List.of(), Map.of(), false);
  private Map<String, ConfigMap> shownConfigMaps = Map.of();
  private boolean terminating;
  private boolean released;
  private String lastError = "";

  PodRun(NodeServices services, PodRecord record, PodWorker.Reports reports, Wakeup wakeup) {
    this.services = services;
    this.record = record;
    this.manifest = record.manifest();
    this.reports = reports;
    this.blueprint = PodBlueprint.of(manifest.pod());
    Stream.concat(
            manifest.pod().getSpec().getInitContainers().stream(),
            manifest.pod().getSpec().getContainers().stream())
        .forEach(container -> containers.put(container.getName(), container));
    this.observer = new PodObserver(services.client(), manifest.uid());
    this.probes = new PodProbes(services.actions(), services.clock(), wakeup::wake);
    this.termination = new PodTermination(services, manifest);
    this.starter = new ContainerStarter(services, manifest);
    this.garbage = new GarbageCollector(services.client());
    this.statuses =
        new PodStatusBuilder(
            services.facts().hostIp(), new TerminationMessages(services.podDirectory(manifest)));
  }

  boolean isOf(PodManifest other) {
    return manifest.uid().equals(other.uid()) && manifest.hash().equals(other.hash());
  }

  Duration gracePeriod() {
    return Duration.ofSeconds(manifest.pod().getSpec().getTerminationGracePeriodSeconds());
  }

  /** Does what there is to do now, until there is nothing more before {@link #wakeAt}. */
  void reconcile(Map<String, ConfigMap> configMaps) throws InterruptedException {
    while (true) {
      look();
      checkActiveDeadline();
      Instant now = services.clock().now();
      plan =
          record.failure().isEmpty()
              ? PodPlan.decide(
                  blueprint, new PodPlan.Situation(observed, probes.all(), notBefore(), now))
              : new PodPlan(released ? List.of() : List.of(new FinishPod()), Map.of(), true);
      tell();
      if (plan.actions().isEmpty()) {
        if (plan.finished()) {
          release();
        } else {
          refreshVolumes(configMaps);
        }
        garbage.collect(observed);
        return;
      }
      for (PodAction action : plan.actions()) {
        act(action, configMaps);
      }
    }
  }

  /** The next time something is to be done even if nothing happens; null for none. */
  @Nullable Instant wakeAt() {
    Instant next = plan.wakeAt();
    Long limit = manifest.pod().getSpec().getActiveDeadlineSeconds();
    if (limit != null && !plan.finished()) {
      Instant deadline = record.startTime().plusSeconds(limit);
      return next == null || deadline.isBefore(next) ? deadline : next;
    }
    return next;
  }

  /** Ends and removes the pod. May be called again after a failure. */
  void terminate(Duration grace) throws InterruptedException {
    terminating = true;
    look();
    tell();
    log.info("terminating pod {} within {} s", manifest.fullName(), grace.toSeconds());
    probes.close();
    termination.stop(observed, podIp(), grace);
    look();
    termination.remove(observed);
    log.info("pod {} is gone", manifest.fullName());
  }

  /** Notes a failure that is none of a single container. */
  void failed(String message) {
    lastError = message;
    tell();
  }

  @Override
  public void close() {
    probes.close();
  }

  private void look() throws InterruptedException {
    observed = observer.observe();
    List<PodProbes.Running> running = new ArrayList<>();
    for (ObservedContainer instance : observed.containers()) {
      Container container = containers.get(instance.name());
      if (instance.running() && container != null && !terminating) {
        running.add(new PodProbes.Running(instance.id(), container, instance.startedAt(), podIp()));
      }
    }
    probes.watch(running);
  }

  private String podIp() {
    Optional<PodSandboxStatus> sandbox = observed.newestSandbox();
    if (sandbox.isEmpty()) {
      return "";
    }
    List<String> ips = ObservedPod.ips(sandbox.get());
    return ObservedPod.isHostNetwork(sandbox.get())
        ? services.facts().hostIp()
        : ips.isEmpty() ? "" : ips.getFirst();
  }

  private void checkActiveDeadline() {
    Long limit = manifest.pod().getSpec().getActiveDeadlineSeconds();
    if (limit == null || !record.failure().isEmpty() || plan.finished()) {
      return;
    }
    if (!services.clock().now().isBefore(record.startTime().plusSeconds(limit))) {
      record = record.withFailure(DEADLINE_EXCEEDED);
      services.records().save(record);
    }
  }

  private Map<String, Instant> notBefore() {
    Map<String, Instant> earliest = new HashMap<>(retryAt);
    for (String name : containers.keySet()) {
      observed
          .latest(name)
          .filter(ObservedContainer::exited)
          .ifPresent(instance ->
              earliest.merge(
                  name,
                  restarts.notBefore(name, instance.finishedAt()),
                  (a, b) -> a.isAfter(b) ? a : b));
    }
    return earliest;
  }

  private void act(PodAction action, Map<String, ConfigMap> configMaps)
      throws InterruptedException {
    switch (action) {
      case StopSandbox stop -> {
        log.info("stopping sandbox {} of {}: {}", stop.id(), manifest.fullName(), stop.why());
        services.client().stopPodSandbox(stop.id());
      }
      case CreateSandbox create -> createSandbox(create.attempt(), configMaps);
      case StartContainer start -> startContainer(start, configMaps);
      case StopContainer stop -> {
        log.info("stopping container {} of {}: {}", stop.name(), manifest.fullName(), stop.why());
        Duration grace =
            stop.graceSeconds().isPresent()
                ? Duration.ofSeconds(stop.graceSeconds().getAsLong())
                : gracePeriod();
        ObservedContainer instance =
            observed.containers().stream()
                .filter(candidate -> candidate.id().equals(stop.id()))
                .findFirst()
                .orElseThrow();
        new ContainerStopper(services).stop(termination.ending(instance), podIp(), grace);
      }
      case RemoveContainer remove -> services.client().removeContainer(remove.id());
      case FinishPod finish -> {
        log.info("pod {} has finished", manifest.fullName());
        termination.stop(observed, podIp(), gracePeriod());
        release();
      }
    }
  }

  private void createSandbox(int attempt, Map<String, ConfigMap> configMaps)
      throws InterruptedException {
    try {
      Files.createDirectories(services.podDirectory(manifest));
      Files.createDirectories(services.logDirectory(manifest));
      // A volume that cannot be had is told before an address is taken.
      services.volumeMounts().publish(manifest.pod(), services.podDirectory(manifest), configMaps);
      for (PodSandboxStatus dead : observed.sandboxes()) {
        // One that has died by itself still has its address and its host ports.
        services.client().stopPodSandbox(dead.getId());
      }
      services
          .client()
          .runPodSandbox(
              services.sandboxConfigs().build(manifest, attempt),
              services.sandboxConfigs().runtimeHandler(manifest));
      released = false;
      lastError = "";
    } catch (ConfigException e) {
      throw CriException.failedPrecondition(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException("make the directories of pod " + manifest.fullName(), e);
    }
  }

  /** A ConfigMap that has changed changes its files in running containers. */
  private void refreshVolumes(Map<String, ConfigMap> configMaps) {
    if (!configMaps.equals(shownConfigMaps)) {
      try {
        services
            .volumeMounts()
            .publish(manifest.pod(), services.podDirectory(manifest), configMaps);
      } catch (ConfigException e) {
        log.warn("the volumes of {} stay as they are: {}", manifest.fullName(), e.getMessage());
      }
      shownConfigMaps = configMaps;
    }
  }

  private void startContainer(StartContainer start, Map<String, ConfigMap> configMaps)
      throws InterruptedException {
    String name = start.name();
    Container container = containers.get(name);
    PodSandboxStatus sandbox = observed.newestSandbox().orElseThrow();
    if (container == null) {
      throw new IllegalStateException("planned from the same manifest");
    }
    observed
        .latest(name)
        .filter(ObservedContainer::exited)
        .ifPresent(last -> restarts.attempt(name, last.finishedAt()));
    try {
      starter.start(container, start.attempt(), sandbox, configMaps);
      failures.remove(name);
      retryAt.remove(name);
      retries.reset(name);
      lastError = "";
    } catch (StartFailure e) {
      log.warn("container {} of {}: {}: {}", name, manifest.fullName(), e.reason(), e.text());
      Instant now = services.clock().now();
      Backoff backoff = e.reason().equals(StartFailure.IMAGE_PULL) ? imagePulls : retries;
      backoff.attempt(name, now);
      retryAt.put(name, now.plus(backoff.pause(name)));
      failures.put(name, e);
      lastError = name + ": " + e.text();
    }
  }

  /** A pod whose work is over keeps its records and ended containers, and nothing else. */
  private void release() {
    if (!released) {
      termination.unpublishVolumes();
      released = true;
    }
  }

  private void tell() {
    Map<String, String> pauses = new HashMap<>();
    for (String name : plan.backingOff().keySet()) {
      pauses.put(
          name,
          "back-off %d s restarting failed container=%s pod=%s"
              .formatted(restarts.pause(name).toSeconds(), name, manifest.fullName()));
    }
    reports.changed(
        statuses.view(
            new PodSituation(
                record,
                observed,
                probes.all(),
                plan,
                failures,
                pauses,
                terminating,
                lastError,
                services.clock().now())));
  }
}
