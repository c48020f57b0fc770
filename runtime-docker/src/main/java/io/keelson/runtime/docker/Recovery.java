package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Container;
import io.keelson.runtime.docker.checkpoint.CheckpointWriter;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.records.Phase;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.spi.PodNetwork;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares records with the engine after a start: what a killed daemon left half made is undone,
 * half removed things are removed, the rest is taken over, and whatever of ours nobody has a record
 * of is cleared away. Repeatable: a recovery that is itself cut short is simply run again.
 */
final class Recovery {
  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final Inventory inventory;
  private final EngineContainers engine;
  private final DockerPodSandboxes sandboxes;
  private final DockerContainers containers;
  private final ContainerStates states;
  private final PodNetwork network;
  private final CheckpointWriter checkpoints;

  Recovery(
      Inventory inventory,
      EngineContainers engine,
      DockerPodSandboxes sandboxes,
      DockerContainers containers,
      ContainerStates states,
      PodNetwork network,
      CheckpointWriter checkpoints) {
    this.inventory = inventory;
    this.engine = engine;
    this.sandboxes = sandboxes;
    this.containers = containers;
    this.states = states;
    this.network = network;
    this.checkpoints = checkpoints;
  }

  /**
   * Runs it. What cannot be cleared away now is left for {@link #clearLeft}: one pod that does not
   * give way must not keep the others from their node agent.
   */
  void run() throws InterruptedException {
    List<Container> present = engine.list();
    Set<String> tokens = new HashSet<>();
    for (ContainerRecord record : inventory.savedContainers()) {
      tokens.add(record.getToken());
      if (record.getPhase() == Phase.MADE) {
        DockerContainer container = new DockerContainer(record);
        inventory.add(container);
        states.settle(container);
      } else {
        inventory.leave(withId(record, present));
      }
    }
    for (SandboxRecord record : inventory.savedSandboxes()) {
      tokens.add(record.getToken());
      switch (record.getPhase()) {
        case MADE, STOPPED -> inventory.add(new DockerPod(record, runs(record.getId(), present)));
        default -> inventory.leave(withId(record, present));
      }
    }
    for (Container container : present) {
      if (!tokens.contains(token(container))) {
        log.warn("removing container {}: no record knows it", container.getId());
        engine.remove(container.getId());
      }
    }
    clearLeft();
    network.retainOnly(attached());
  }

  private static boolean runs(String id, List<Container> present) {
    return present.stream().anyMatch(c -> c.getId().equals(id) && "running".equals(c.getState()));
  }

  private List<String> attached() {
    List<String> attached = new ArrayList<>();
    for (DockerPod pod : inventory.recoveredPods()) {
      if (pod.record().getNetworkAttached()) {
        attached.add(pod.id());
      }
    }
    for (SandboxRecord left : inventory.sandboxesLeft()) {
      attached.add(left.getId());
    }
    return attached;
  }

  /** Clears away what calls and earlier recoveries had to leave half done. */
  void clearLeft() throws InterruptedException {
    checkpoints.clear();
    for (ContainerRecord record : inventory.containersLeft()) {
      clear(
          "container %s (record %s)"
              .formatted(record.getConfig().getMetadata().getName(), record.getToken()),
          () -> containers.forget(record));
    }
    for (SandboxRecord record : inventory.sandboxesLeft()) {
      clear(
          "sandbox of pod %s/%s (record %s)"
              .formatted(
                  record.getConfig().getMetadata().getNamespace(),
                  record.getConfig().getMetadata().getName(),
                  record.getToken()),
          () -> clear(record));
    }
  }

  private interface Clearing {
    void run() throws InterruptedException;
  }

  private static void clear(String what, Clearing clearing) throws InterruptedException {
    log.info("clearing away {}, left half done", what);
    try {
      clearing.run();
    } catch (RuntimeException e) {
      log.warn("{} cannot be cleared away now, and is tried again later", what, e);
    }
  }

  private void clear(SandboxRecord record) throws InterruptedException {
    for (DockerContainer container : inventory.containersOf(record.getId())) {
      containers.remove(container);
    }
    if (record.getNetworkAttached()) {
      sandboxes.detach(record);
    }
    sandboxes.forget(record);
  }

  private static ContainerRecord withId(ContainerRecord record, List<Container> present) {
    return record.getId().isEmpty()
        ? idOf(record.getToken(), present)
            .map(id -> record.toBuilder().setId(id).build())
            .orElse(record)
        : record;
  }

  private static SandboxRecord withId(SandboxRecord record, List<Container> present) {
    return record.getId().isEmpty()
        ? idOf(record.getToken(), present)
            .map(id -> record.toBuilder().setId(id).build())
            .orElse(record)
        : record;
  }

  private static Optional<String> idOf(String token, List<Container> present) {
    return present.stream()
        .filter(c -> token.equals(token(c)) && !Labels.IMAGE_HOLD.equals(label(c, Labels.KIND)))
        .map(Container::getId)
        .findFirst();
  }

  private static String token(Container container) {
    return label(container, Labels.TOKEN);
  }

  private static String label(Container container, String name) {
    Map<String, String> labels = Objects.requireNonNullElse(container.getLabels(), Map.of());
    return labels.getOrDefault(name, "");
  }
}
