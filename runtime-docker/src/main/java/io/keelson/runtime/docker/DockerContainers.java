package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Mount;
import io.keelson.runtime.docker.cdi.CdiDevices;
import io.keelson.runtime.docker.checkpoint.ContainerArchive;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.ExecSync;
import io.keelson.runtime.docker.image.DockerImages;
import io.keelson.runtime.docker.log.ContainerLogs;
import io.keelson.runtime.docker.mount.ContainerMounts;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.records.Phase;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.docker.user.AccountFiles;
import io.keelson.runtime.docker.user.RunAs;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.LinuxContainerUser;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Containers of the engine, joined to their sandbox's namespaces. */
final class DockerContainers implements Containers {
  private static final Logger log = LoggerFactory.getLogger(DockerContainers.class);

  private final Inventory inventory;
  private final DockerEngine engine;
  private final EngineContainers engineContainers;
  private final ContainerOptions options;
  private final ContainerMounts mounts;
  private final ContainerStates states;
  private final ContainerLogs logs;
  private final DockerImages images;
  private final ImageAccounts accounts;
  private final CdiDevices devices;
  private final CgroupLimits limits;
  private final Clock clock;
  private final Steps steps;

  DockerContainers(
      Inventory inventory,
      DockerEngine engine,
      EngineContainers engineContainers,
      ContainerOptions options,
      ContainerMounts mounts,
      ContainerStates states,
      ContainerLogs logs,
      DockerImages images,
      ImageAccounts accounts,
      CdiDevices devices,
      CgroupLimits limits,
      Clock clock,
      Steps steps) {
    this.inventory = inventory;
    this.engine = engine;
    this.engineContainers = engineContainers;
    this.options = options;
    this.mounts = mounts;
    this.states = states;
    this.logs = logs;
    this.images = images;
    this.accounts = accounts;
    this.devices = devices;
    this.limits = limits;
    this.clock = clock;
    this.steps = steps;
  }

  @Override
  public String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    String image = config.getImage().getImage();
    if (!image.startsWith("/")) {
      return createContainer(podSandboxId, config, (ContainerArchive) null);
    }
    ContainerArchive archive = ContainerArchive.open(Path.of(image));
    return createContainer(
        podSandboxId,
        config.toBuilder().setImage(ImageSpec.newBuilder().setImage(archive.imageId())).build(),
        archive);
  }

  /**
   * Makes a container.
   *
   * @param checkpoint what it goes on from when it is started; null for one that begins
   */
  String createContainer(
      String podSandboxId, ContainerConfig config, @Nullable ContainerArchive checkpoint)
      throws InterruptedException {
    DockerPod pod = readyPod(podSandboxId);
    SandboxRecord sandbox = pod.record();
    requireTarget(podSandboxId, config);
    Image image =
        images
            .imageStatus(config.getImage())
            .orElseThrow(() ->
                CriException.notFound(
                    "image '%s' is not on this node; pull it first"
                        .formatted(config.getImage().getImage())));
    if (checkpoint != null && !checkpoint.imageId().equals(image.getId())) {
      throw CriException.invalidArgument(
          "container '%s' is to have image %s, but its checkpoint was made with %s; name that one"
              .formatted(config.getMetadata().getName(), image.getId(), checkpoint.imageId()));
    }
    ContainerRecord.Builder record =
        ContainerRecord.newBuilder()
            .setToken(UUID.randomUUID().toString())
            .setSandboxId(podSandboxId)
            .setPhase(Phase.MAKING)
            .setConfig(withImagesOfMounts(config))
            .setImageId(image.getId())
            .setImageRef(image.getRepoDigestsCount() > 0 ? image.getRepoDigests(0) : image.getId())
            .setLogPath(ContainerOptions.logPath(config, sandbox).map(Path::toString).orElse(""))
            .setFromCheckpoint(checkpoint != null)
            .setCreatedAt(EngineTimes.now(clock));
    ContainerRecord intent = record.build();
    try (Undo undo = new Undo(() -> inventory.delete(intent), () -> inventory.leave(intent))) {
      steps.before("record the container");
      inventory.saveIntent(intent);

      undo.add("remove the container", () -> engineContainers.removeMade(intent.getToken()));
      ContainerConfig complete = devices.resolve(intent.getConfig());
      record.setUser(user(intent, complete));
      ContainerRecord planned = record.build().toBuilder().setConfig(complete).build();
      limits.requirePossible(complete.getLinux().getResources());
      holdImagesOfMounts(intent);
      steps.before("prepare the mounts");
      undo.add("take away the prepared mounts", () -> mounts.clear(intent.getToken()));
      List<Mount> prepared = mounts.prepare(intent.getToken(), complete.getMountsList());

      steps.before("create the container");
      String id =
          engineContainers.create(
              "create container " + config.getMetadata().getName(),
              client -> options.command(client, planned, sandbox, prepared).exec().getId());

      if (checkpoint != null) {
        steps.before("lay the checkpoint ready");
        checkpoint.layReady(engine, id);
      }

      steps.before("record the container as made");
      record.setId(id).setPhase(Phase.MADE);
      inventory.save(record.build());
      DockerContainer container = new DockerContainer(record.build());
      inventory.add(container);
      undo.keep();
      states.publish(container, ContainerEventType.CONTAINER_CREATED_EVENT, record.getCreatedAt());
      return id;
    }
  }

  /** Whom the container runs as. */
  private LinuxContainerUser user(ContainerRecord record, ContainerConfig config)
      throws InterruptedException {
    RunAs asked =
        RunAs.of(
            config.getLinux().getSecurityContext(), images.configuredUser(record.getImageId()));
    steps.before("look into the image");
    AccountFiles files = asked.needsFiles() ? accounts.of(record) : AccountFiles.NONE;
    return asked.resolve(files, config.getImage().getImage());
  }

  /** The configuration with the id of each image that is to be mounted. */
  private ContainerConfig withImagesOfMounts(ContainerConfig config) throws InterruptedException {
    ContainerConfig.Builder complete = config.toBuilder();
    for (io.keelson.runtime.v1.Mount.Builder mount : complete.getMountsBuilderList()) {
      if (mount.hasImage()) {
        ImageSpec wanted = mount.getImage();
        Image found =
            images
                .imageStatus(wanted)
                .orElseThrow(() ->
                    CriException.notFound(
                        "image '%s' for mount %s is not on this node; pull it first"
                            .formatted(wanted.getImage(), mount.getContainerPath())));
        mount.setImage(wanted.toBuilder().setImageRef(found.getId()));
      }
    }
    return complete.build();
  }

  /** Keeps the engine from removing images while a container has them mounted. */
  private void holdImagesOfMounts(ContainerRecord record) throws InterruptedException {
    for (String image : imagesOfMounts(record)) {
      steps.before("hold the image of a mount");
      engineContainers.create(
          "hold image " + image, client -> options.hold(client, record, image).exec().getId());
    }
  }

  private static Set<String> imagesOfMounts(ContainerRecord record) {
    return record.getConfig().getMountsList().stream()
        .filter(io.keelson.runtime.v1.Mount::hasImage)
        .map(mount -> mount.getImage().getImageRef())
        .collect(Collectors.toSet());
  }

  /** A container may look at the processes of another one, as long as that is in its own pod. */
  private void requireTarget(String podSandboxId, ContainerConfig config) {
    NamespaceOption namespaces = config.getLinux().getSecurityContext().getNamespaceOptions();
    if (namespaces.getPid() == NamespaceMode.TARGET) {
      DockerContainer target = inventory.container(namespaces.getTargetId());
      if (!target.sandboxId().equals(podSandboxId)
          || target.state() != ContainerState.CONTAINER_RUNNING) {
        throw CriException.failedPrecondition(
            "target container '%s' is not a running container of pod sandbox '%s'"
                .formatted(target.id(), podSandboxId));
      }
    }
  }

  @Override
  public void startContainer(String containerId) throws InterruptedException {
    DockerContainer container = inventory.container(containerId);
    if (container.state() != ContainerState.CONTAINER_CREATED) {
      throw CriException.failedPrecondition(
          "container '%s' is in state %s; only a created one can be started"
              .formatted(containerId, container.state()));
    }
    readyPod(container.sandboxId());
    try {
      setGoing(container.record());
    } catch (CriException e) {
      switch (e.code()) {
        case UNAVAILABLE, NOT_FOUND -> {}
        default -> states.startFailed(container, String.valueOf(e.getMessage()));
      }
      throw e;
    }
    states.settle(container);
    clearPreparedMounts(container.record());
    String failed = container.record().getStartError();
    if (!failed.isEmpty()) {
      throw CriException.failedPrecondition(failed);
    }
  }

  private void setGoing(ContainerRecord record) throws InterruptedException {
    String id = record.getId();
    if (record.getFromCheckpoint()) {
      ContainerArchive.start(engine, id);
    } else {
      engine.call("start container " + id, client -> client.startContainerCmd(id).exec());
    }
  }

  /** The started container has mounts of its own; what cannot be cleared now is at its removal. */
  private void clearPreparedMounts(ContainerRecord record) {
    try {
      mounts.clear(record.getToken());
    } catch (CriException e) {
      log.warn("container {}: {}", record.getId(), e.getMessage());
    }
  }

  @Override
  public void stopContainer(String containerId, Duration grace) throws InterruptedException {
    DockerContainer container = inventory.container(containerId);
    if (grace.isZero()) {
      kill(container);
    } else if (container.state() == ContainerState.CONTAINER_RUNNING) {
      container.endAsked();
      engineContainers.stop(containerId, grace);
      settleEnd(container);
    }
  }

  /** The engine's event is at times faster than its answer. */
  private void settleEnd(DockerContainer container) throws InterruptedException {
    if (container.state() == ContainerState.CONTAINER_RUNNING) {
      states.settle(container);
    }
  }

  /** Ends a container at once, if it runs. */
  void kill(DockerContainer container) throws InterruptedException {
    if (container.state() == ContainerState.CONTAINER_RUNNING) {
      container.endAsked();
      engineContainers.kill(container.id());
      settleEnd(container);
    }
  }

  @Override
  public void removeContainer(String containerId) throws InterruptedException {
    remove(inventory.container(containerId));
  }

  /** Removes a container, killing it first. */
  void remove(DockerContainer container) throws InterruptedException {
    steps.before("record the container's removal");
    ContainerRecord removing = container.record().toBuilder().setPhase(Phase.REMOVING).build();
    inventory.saveIntent(removing);
    container.record(removing);
    kill(container);
    forget(removing);
    inventory.remove(container);
    states.publish(container, ContainerEventType.CONTAINER_DELETED_EVENT, EngineTimes.now(clock));
  }

  /** Removes what is left of a container, its record last. */
  void forget(ContainerRecord record) throws InterruptedException {
    steps.before("remove the container");
    if (record.getId().isEmpty()) {
      engineContainers.removeMade(record.getToken());
    } else {
      engineContainers.remove(record.getId());
      logs.forget(record.getId());
      if (!imagesOfMounts(record).isEmpty()) {
        engineContainers.removeMade(record.getToken());
      }
    }
    mounts.clear(record.getToken());
    steps.before("delete the container's record");
    inventory.delete(record);
  }

  @Override
  public ContainerStatus containerStatus(String containerId) {
    return inventory.container(containerId).status();
  }

  @Override
  public List<Container> listContainers() {
    return inventory.containers().stream().map(DockerContainer::summary).toList();
  }

  @Override
  public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout)
      throws InterruptedException {
    DockerContainer container = inventory.container(containerId);
    if (container.state() != ContainerState.CONTAINER_RUNNING) {
      throw CriException.failedPrecondition(
          "container '%s' is in state %s; commands run only in a running one"
              .formatted(containerId, container.state()));
    }
    return ExecSync.run(engine, containerId, command, timeout);
  }

  private DockerPod readyPod(String podSandboxId) {
    DockerPod pod = inventory.pod(podSandboxId);
    if (pod.state() != PodSandboxState.SANDBOX_READY) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped and takes no containers; make a new one"
              .formatted(podSandboxId));
    }
    return pod;
  }
}
