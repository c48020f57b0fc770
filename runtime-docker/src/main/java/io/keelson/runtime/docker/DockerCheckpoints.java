package io.keelson.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.keelson.runtime.docker.checkpoint.Checkpoint;
import io.keelson.runtime.docker.checkpoint.CheckpointWriter;
import io.keelson.runtime.spi.ContainerCheckpoints;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerState;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Checkpoints of running containers. */
final class DockerCheckpoints implements ContainerCheckpoints {
  private final Inventory inventory;
  private final EngineContainers engine;
  private final CheckpointWriter writer;
  private final Clock clock;

  DockerCheckpoints(
      Inventory inventory, EngineContainers engine, CheckpointWriter writer, Clock clock) {
    this.inventory = inventory;
    this.engine = engine;
    this.writer = writer;
    this.clock = clock;
  }

  @Override
  public void checkpointContainer(String containerId, Path location, Duration limit)
      throws InterruptedException {
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
        engine
            .inspect(containerId)
            .orElseThrow(() ->
                CriException.notFound(
                    "the engine has no container '" + containerId + "' any more"));
    Checkpoint checkpoint =
        new Checkpoint(
            container.status(),
            container.sandboxId(),
            inventory.pod(container.sandboxId()).record().getConfig().getMetadata(),
            inspected,
            layer,
            clock.instant());
    writer.write(checkpoint, location, limit.isZero() ? CheckpointWriter.DEFAULT_LIMIT : limit);
  }
}
