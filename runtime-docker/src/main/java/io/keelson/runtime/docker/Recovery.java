package io.keelson.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
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

  Recovery(
      Inventory inventory,
      EngineContainers engine,
      DockerPodSandboxes sandboxes,
      DockerContainers containers,
      ContainerStates states,
      PodNetwork network) {
    this.inventory = inventory;
    this.engine = engine;
    this.sandboxes = sandboxes;
    this.containers = containers;
    this.states = states;
    this.network = network;
  }

  /** Runs it. */
  void run() throws InterruptedException {
    List<Container> present = engine.list();
    Set<String> tokens = new HashSet<>();
    for (ContainerRecord record : inventory.savedContainers()) {
      tokens.add(record.getToken());
      recover(record, present);
    }
    List<String> attached = new ArrayList<>();
    for (SandboxRecord record : inventory.savedSandboxes()) {
      tokens.add(record.getToken());
      recover(record, present);
    }
    for (DockerPod pod : inventory.recoveredPods()) {
      if (pod.record().getNetworkAttached()) {
        attached.add(pod.id());
      }
    }
    for (Container container : present) {
      String token = token(container);
      if (!tokens.contains(token)) {
        log.warn("removing container {}: no record knows it", container.getId());
        engine.remove(container.getId());
      }
    }
    network.retainOnly(attached);
  }

  private void recover(ContainerRecord saved, List<Container> present) throws InterruptedException {
    switch (saved.getPhase()) {
      case MADE -> {
        DockerContainer container = new DockerContainer(saved);
        inventory.add(container);
        states.settle(container);
      }
      default -> {
        ContainerRecord record = saved;
        if (record.getId().isEmpty()) {
          Optional<String> id = idOf(record.getToken(), present);
          record = id.map(i -> saved.toBuilder().setId(i).build()).orElse(saved);
        }
        log.info("clearing away container {} left half done", describe(record));
        containers.forget(record);
      }
    }
  }

  private static String describe(ContainerRecord record) {
    return record.getConfig().getMetadata().getName() + " (record " + record.getToken() + ")";
  }

  private void recover(SandboxRecord saved, List<Container> present) throws InterruptedException {
    switch (saved.getPhase()) {
      case MADE, STOPPED -> {
        Optional<InspectContainerResponse> pause = engine.inspect(saved.getId());
        boolean runs =
            pause.isPresent() && Objects.equals(pause.get().getState().getRunning(), true);
        inventory.add(new DockerPod(saved, runs));
      }
      default -> {
        SandboxRecord record = saved;
        if (record.getId().isEmpty()) {
          Optional<String> id = idOf(record.getToken(), present);
          record = id.map(i -> saved.toBuilder().setId(i).build()).orElse(saved);
        }
        log.info(
            "clearing away sandbox of pod {}/{} left half done (record {})",
            record.getConfig().getMetadata().getNamespace(),
            record.getConfig().getMetadata().getName(),
            record.getToken());
        if (record.getPhase() == Phase.REMOVING) {
          for (DockerContainer container : inventory.containersOf(record.getId())) {
            containers.remove(container);
          }
        }
        if (record.getNetworkAttached()) {
          sandboxes.detach(record);
        }
        sandboxes.forget(record);
      }
    }
  }

  private static Optional<String> idOf(String token, List<Container> present) {
    return present.stream().filter(c -> token.equals(token(c))).map(Container::getId).findFirst();
  }

  private static String token(Container container) {
    Map<String, String> labels = Objects.requireNonNullElse(container.getLabels(), Map.of());
    return labels.getOrDefault(Labels.TOKEN, "");
  }
}
