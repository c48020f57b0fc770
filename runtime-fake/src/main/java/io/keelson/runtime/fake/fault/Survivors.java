package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Containers of which some go on, for all that anybody can see, when they ought to have ended. */
final class Survivors extends ForwardingContainers {
  private record Survivor(Container entry, ContainerStatus status) {}

  private final Map<String, Survivor> survivors = new ConcurrentHashMap<>();

  Survivors(Containers healthy) {
    super(healthy);
  }

  /** Keeps the containers of a pod as they are now. */
  void keep(String podSandboxId) throws InterruptedException {
    for (Container entry : healthy.listContainers()) {
      if (entry.getPodSandboxId().equals(podSandboxId)) {
        survivors.putIfAbsent(
            entry.getId(), new Survivor(entry, healthy.containerStatus(entry.getId())));
      }
    }
  }

  /** Lets the containers of a pod be as they really are. */
  void release(String podSandboxId) {
    survivors.values().removeIf(s -> s.entry().getPodSandboxId().equals(podSandboxId));
  }

  @Override
  public void stopContainer(String containerId, Duration grace) throws InterruptedException {
    survivors.remove(containerId);
    healthy.stopContainer(containerId, grace);
  }

  @Override
  public void removeContainer(String containerId) throws InterruptedException {
    survivors.remove(containerId);
    healthy.removeContainer(containerId);
  }

  @Override
  public ContainerStatus containerStatus(String containerId) throws InterruptedException {
    Survivor survivor = survivors.get(containerId);
    return survivor == null ? healthy.containerStatus(containerId) : survivor.status();
  }

  @Override
  public List<Container> listContainers() throws InterruptedException {
    Map<String, Container> entries = new LinkedHashMap<>();
    healthy.listContainers().forEach(entry -> entries.put(entry.getId(), entry));
    survivors.values().forEach(s -> entries.put(s.entry().getId(), s.entry()));
    return List.copyOf(entries.values());
  }
}
