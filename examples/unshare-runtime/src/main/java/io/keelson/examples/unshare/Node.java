package io.keelson.examples.unshare;

import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerEventType;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** All pods and containers there are, and what they share. Thread-safe. */
final class Node {
  private final Map<String, Pod> pods = new ConcurrentHashMap<>();
  private final Map<String, UnshareContainer> containers = new ConcurrentHashMap<>();
  private final Path folder;
  private final Clock clock;
  private volatile ContainerEventSink events = (container, pod, type, at) -> {};

  /**
   * Creates a node without pods.
   *
   * @param folder where pods and containers have their folders
   */
  Node(Path folder, Clock clock) {
    this.folder = folder;
    this.clock = clock;
  }

  void reportTo(ContainerEventSink sink) {
    events = sink;
  }

  void report(String containerId, String podId, ContainerEventType type) {
    events.publish(containerId, podId, type, now());
  }

  Clock clock() {
    return clock;
  }

  /** Nanoseconds since the Unix epoch. */
  long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  static String newId() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  Path folderOf(String id) {
    return folder.resolve(id);
  }

  void add(Pod pod) {
    pods.put(pod.id(), pod);
    report(pod.id(), pod.id(), ContainerEventType.CONTAINER_CREATED_EVENT);
    report(pod.id(), pod.id(), ContainerEventType.CONTAINER_STARTED_EVENT);
  }

  void remove(Pod pod) {
    pods.remove(pod.id());
    report(pod.id(), pod.id(), ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  void add(UnshareContainer container) {
    containers.put(container.id(), container);
    report(container.id(), container.podId(), ContainerEventType.CONTAINER_CREATED_EVENT);
  }

  void remove(UnshareContainer container) {
    containers.remove(container.id());
    report(container.id(), container.podId(), ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  Collection<Pod> pods() {
    return pods.values();
  }

  Collection<UnshareContainer> containers() {
    return containers.values();
  }

  Pod pod(String id) {
    Pod pod = pods.get(id);
    if (pod == null) {
      throw CriException.notFound("there is no pod sandbox '%s'".formatted(id));
    }
    return pod;
  }

  UnshareContainer container(String id) {
    UnshareContainer container = containers.get(id);
    if (container == null) {
      throw CriException.notFound("there is no container '%s'".formatted(id));
    }
    return container;
  }

  List<UnshareContainer> containersOf(Pod pod) {
    return containers().stream().filter(each -> each.podId().equals(pod.id())).toList();
  }
}
