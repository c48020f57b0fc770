package io.keelson.runtime.docker;

import io.keelson.runtime.docker.records.Phase;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.NetworkAttachment;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Sandboxes as pause containers. Each step of making and removing one is recorded before it is
 * taken, so that recovery can finish or undo it.
 */
final class DockerPodSandboxes implements PodSandboxes {
  private final Inventory inventory;
  private final EngineContainers engine;
  private final PauseContainer pause;
  private final DockerContainers containers;
  private final PodNetwork network;
  private final NetworkPins pins;
  private final PodFiles files;
  private final Clock clock;
  private final Steps steps;
  private final ContainerEventSink events;

  DockerPodSandboxes(
      Inventory inventory,
      EngineContainers engine,
      PauseContainer pause,
      DockerContainers containers,
      PodNetwork network,
      NetworkPins pins,
      PodFiles files,
      Clock clock,
      Steps steps,
      ContainerEventSink events) {
    this.inventory = inventory;
    this.engine = engine;
    this.pause = pause;
    this.containers = containers;
    this.network = network;
    this.pins = pins;
    this.files = files;
    this.clock = clock;
    this.steps = steps;
    this.events = events;
  }

  @Override
  public String runPodSandbox(PodSandboxConfig config, String runtimeHandler)
      throws InterruptedException {
    inventory.requireOpen();
    SandboxRecord.Builder record =
        SandboxRecord.newBuilder()
            .setToken(UUID.randomUUID().toString())
            .setPhase(Phase.MAKING)
            .setConfig(config)
            .setRuntimeHandler(runtimeHandler)
            .setCreatedAt(EngineTimes.now(clock));
    SandboxRecord intent = record.build();
    String token = intent.getToken();
    try (Undo undo =
        new Undo(() -> inventory.delete(intent), () -> inventory.leave(record.build()))) {
      step("record the sandbox");
      inventory.saveIntent(intent);

      step("write the pod's files");
      undo.add("delete the pod's files", () -> files.delete(token));
      files.writeResolvConf(token, config.getDnsConfig());

      step("create the pause container");
      undo.add("remove the pause container", () -> engine.removeMade(token));
      String id = pause.create(intent);
      record.setId(id);

      boolean ownNetwork = DockerPod.hasOwnNetwork(intent);
      if (ownNetwork) {
        record.setNetworkNamespace(pins.fileOf(id).toString()).setNetworkAttached(true);
      }
      step("record the attachment");
      inventory.saveIntent(record.build());
      step("start the pause container");
      Beside<?> start =
          Beside.start(() -> {
            pause.start(id);
            return id;
          });
      try {
        if (ownNetwork) {
          attach(record, start, undo);
        }
      } finally {
        start.await();
      }

      step("record the sandbox as made");
      record.setPhase(Phase.MADE);
      inventory.save(record.build());
      DockerPod pod = new DockerPod(record.build(), true);
      inventory.add(pod);
      undo.keep();
      publish(pod, ContainerEventType.CONTAINER_CREATED_EVENT);
      publish(pod, ContainerEventType.CONTAINER_STARTED_EVENT);
      return id;
    }
  }

  private void attach(SandboxRecord.Builder record, Beside<?> start, Undo undo)
      throws InterruptedException {
    SandboxRecord attaching = record.build();
    step("pin the network namespace");
    undo.add(
        "unpin the network namespace", () -> pins.remove(Path.of(attaching.getNetworkNamespace())));
    pins.pin(attaching.getId(), attaching.getConfig().getLinux().getCgroupParent(), start, pause);

    step("attach the network");
    undo.add("detach the network", () -> network.detach(request(attaching)));
    NetworkAttachment attachment = network.attach(request(attaching));
    record.addAllAddresses(attachment.addresses()).setNetworkResult(attachment.resultJson());
    String hostname = record.getConfig().getHostname();
    files.writeHosts(record.getToken(), attachment.addresses(), hostname);
    if (!hostname.isEmpty()) {
      files.writeHostname(record.getToken(), hostname);
    }
  }

  static NetworkAttachmentRequest request(SandboxRecord record) {
    return new NetworkAttachmentRequest(
        record.getId(), Path.of(record.getNetworkNamespace()), record.getConfig());
  }

  @Override
  public void stopPodSandbox(String podSandboxId) throws InterruptedException {
    DockerPod pod = inventory.pod(podSandboxId);
    for (DockerContainer container : inventory.containersOf(podSandboxId)) {
      containers.kill(container);
    }
    stop(pod);
  }

  private void stop(DockerPod pod) throws InterruptedException {
    SandboxRecord record = pod.record();
    // The network's namespace is pinned: its detachment needs no process, and takes as long.
    Beside<?> end = Beside.start(() -> kill(pod));
    try {
      if (record.getNetworkAttached()) {
        detach(record);
        record = record.toBuilder().setNetworkAttached(false).clearAddresses().build();
      }
    } finally {
      end.await();
    }
    if (record.getPhase() == Phase.MADE) {
      record = record.toBuilder().setPhase(Phase.STOPPED).build();
    }
    boolean stopped = pod.pauseEnded();
    if (!record.equals(pod.record())) {
      step("record the sandbox as stopped");
      inventory.save(record);
      pod.record(record);
    }
    if (stopped) {
      publish(pod, ContainerEventType.CONTAINER_STOPPED_EVENT);
    }
  }

  private String kill(DockerPod pod) throws InterruptedException {
    if (pod.pauseRuns()) {
      engine.kill(pod.id());
    }
    return pod.id();
  }

  /** Gives up a sandbox's attachment, whole or half made. */
  void detach(SandboxRecord record) throws InterruptedException {
    step("detach the network");
    network.detach(request(record));
    step("unpin the network namespace");
    pins.remove(Path.of(record.getNetworkNamespace()));
  }

  @Override
  public void removePodSandbox(String podSandboxId) throws InterruptedException {
    DockerPod pod = inventory.pod(podSandboxId);
    step("record the removal");
    SandboxRecord removing = pod.record().toBuilder().setPhase(Phase.REMOVING).build();
    inventory.saveIntent(removing);
    pod.record(removing);
    for (DockerContainer container : inventory.containersOf(podSandboxId)) {
      containers.remove(container);
    }
    stop(pod);
    forget(pod.record());
    inventory.remove(pod);
    publish(pod, ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  /** Removes what is left of a sandbox whose network is detached, its record last. */
  void forget(SandboxRecord record) throws InterruptedException {
    step("remove the pause container");
    if (record.getId().isEmpty()) {
      engine.removeMade(record.getToken());
    } else {
      engine.remove(record.getId());
    }
    step("delete the pod's files");
    files.delete(record.getToken());
    step("delete the sandbox's record");
    inventory.delete(record);
  }

  @Override
  public PodSandboxStatus podSandboxStatus(String podSandboxId) {
    return inventory.pod(podSandboxId).status();
  }

  @Override
  public Map<String, String> podSandboxInfo(String podSandboxId) {
    SandboxRecord record = inventory.pod(podSandboxId).record();
    return Map.of(
        "network",
        record.getNetworkResult().isEmpty() ? "{}" : record.getNetworkResult(),
        "networkNamespace",
        record.getNetworkNamespace());
  }

  @Override
  public List<PodSandbox> listPodSandboxes() {
    return inventory.pods().stream().map(DockerPod::summary).toList();
  }

  private void publish(DockerPod pod, ContainerEventType type) {
    events.publish(pod.id(), pod.id(), type, EngineTimes.now(clock));
  }

  private void step(String name) {
    steps.before(name);
  }
}
