package io.keelson.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.keelson.runtime.docker.checkpoint.Checkpoint;
import io.keelson.runtime.docker.checkpoint.CheckpointWriter;
import io.keelson.runtime.docker.checkpoint.ContainerArchive;
import io.keelson.runtime.docker.checkpoint.PodIndex;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.ContainerCheckpoints;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.PodCheckpoints;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Checkpoints of running containers, alone or several of a pod, and pods made of those. */
final class DockerCheckpoints implements ContainerCheckpoints, PodCheckpoints {
  private final Inventory inventory;
  private final DockerEngine engine;
  private final EngineContainers engineContainers;
  private final DockerPodSandboxes sandboxes;
  private final DockerContainers containers;
  private final CheckpointWriter writer;
  private final Clock clock;

  DockerCheckpoints(
      Inventory inventory,
      DockerEngine engine,
      EngineContainers engineContainers,
      DockerPodSandboxes sandboxes,
      DockerContainers containers,
      CheckpointWriter writer,
      Clock clock) {
    this.inventory = inventory;
    this.engine = engine;
    this.engineContainers = engineContainers;
    this.sandboxes = sandboxes;
    this.containers = containers;
    this.writer = writer;
    this.clock = clock;
  }

  @Override
  public void checkpointContainer(String containerId, Path location, Duration limit)
      throws InterruptedException {
    writer.write(
        checkpoint(containerId), location, limit.isZero() ? CheckpointWriter.DEFAULT_LIMIT : limit);
  }

  @Override
  public void checkpointPod(String podSandboxId, List<String> containerIds, Path folder)
      throws InterruptedException {
    List<Checkpoint> checkpoints = new ArrayList<>();
    for (String id : containerIds) {
      checkpoints.add(checkpoint(id));
    }
    writer.writePod(checkpoints, folder);
  }

  private Checkpoint checkpoint(String containerId) throws InterruptedException {
    DockerContainer container = inventory.container(containerId);
    if (container.state() != ContainerState.CONTAINER_RUNNING) {
      throw CriException.failedPrecondition(
          "container '%s' is in state %s; only a running one has a checkpoint"
              .formatted(containerId, container.state()));
    }
    Path layer = container.measured().writableLayer();
    if (layer == null) {
      throw CriException.failedPrecondition(
          "cannot checkpoint container %s: where its changed files are is not known; checkpoints"
                  .formatted(containerId)
              + " need the storage driver overlay2");
    }
    InspectContainerResponse inspected =
        engineContainers
            .inspect(containerId)
            .orElseThrow(() ->
                CriException.notFound(
                    "the engine has no container '" + containerId + "' any more"));
    return new Checkpoint(
        container.status(),
        container.sandboxId(),
        inventory.pod(container.sandboxId()).record().getConfig().getMetadata(),
        inspected,
        layer,
        clock.instant());
  }

  @Override
  public RestoredPod restorePod(
      Path folder, PodSandboxConfig config, String runtimeHandler, List<ContainerConfig> configs)
      throws InterruptedException {
    requireExperimental(folder);
    PodIndex index = PodIndex.read(folder);
    List<ContainerArchive> archives = new ArrayList<>();
    for (ContainerConfig container : configs) {
      archives.add(index.open(folder, container.getMetadata().getName()));
    }
    try (Undo undo = new Undo(() -> {}, () -> {})) {
      String pod = sandboxes.runPodSandbox(config, runtimeHandler);
      undo.add("remove the pod that was to be restored", () -> sandboxes.removePodSandbox(pod));
      List<String> made = new ArrayList<>();
      for (int i = 0; i < archives.size(); i++) {
        made.add(containers.createContainer(pod, configs.get(i), archives.get(i)));
      }
      undo.keep();
      return new RestoredPod(pod, made);
    }
  }

  /** Otherwise the engine would say so only when the containers are started. */
  private void requireExperimental(Path folder) throws InterruptedException {
    if (!Boolean.TRUE.equals(engine.info().getExperimentalBuild())) {
      throw CriException.failedPrecondition(
          "cannot restore a pod from %s: the Docker Engine runs without its experimental features;"
                  .formatted(folder)
              + " set \"experimental\": true in its daemon.json and start it anew");
    }
  }
}
