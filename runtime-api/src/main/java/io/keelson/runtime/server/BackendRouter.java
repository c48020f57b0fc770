package io.keelson.runtime.server;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.RuntimeHandler;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the backend for a runtime handler, and the backend and full id for an id or a unique prefix
 * of one. The index is a cache of what the backends list: a miss is answered only after asking
 * them, so objects made before a restart, or outside of this daemon, are found.
 */
final class BackendRouter {
  /**
   * A sandbox and where it lives.
   *
   * @param identity what its metadata says of it, as {@link #identity} words it
   */
  record Pod(String id, String identity, RuntimeBackend backend) {}

  /** A container, its sandbox, and where both live. */
  record ContainerRef(String id, String podSandboxId, RuntimeBackend backend) {}

  /** A runtime handler and the backend that serves it. */
  record Handler(String name, RuntimeBackend backend) {}

  private final List<RuntimeBackend> backends;
  private final Map<String, RuntimeBackend> handlers = new LinkedHashMap<>();
  private final NavigableMap<String, Pod> pods = new ConcurrentSkipListMap<>();
  private final NavigableMap<String, ContainerRef> containers = new ConcurrentSkipListMap<>();

  /**
   * Creates a router over started backends.
   *
   * @param backends the first is the default
   * @throws IllegalArgumentException when two backends claim one handler
   */
  BackendRouter(List<RuntimeBackend> backends) {
    this.backends = List.copyOf(backends);
    for (RuntimeBackend backend : backends) {
      for (RuntimeHandler handler : backend.runtimeHandlers()) {
        RuntimeBackend other = handlers.putIfAbsent(handler.getName(), backend);
        if (other != null) {
          throw new IllegalArgumentException(
              "runtime handler '%s' is claimed by backend %s and by backend %s; rename one"
                  .formatted(handler.getName(), other.name(), backend.name()));
        }
      }
    }
  }

  /** All backends, the default one first. */
  List<RuntimeBackend> backends() {
    return backends;
  }

  /** The backend that serves pods which name no handler. */
  RuntimeBackend defaultBackend() {
    return backends.getFirst();
  }

  /**
   * The backend for a runtime handler.
   *
   * @param name empty for the default handler
   * @throws CriException {@code INVALID_ARGUMENT}, with the known handlers, when there is none
   */
  Handler handler(String name) {
    if (name.isEmpty()) {
      RuntimeBackend backend = defaultBackend();
      return new Handler(backend.runtimeHandlers().getFirst().getName(), backend);
    }
    RuntimeBackend backend = handlers.get(name);
    if (backend == null) {
      throw CriException.invalidArgument(
          "runtime handler '%s' is not configured here; known are %s"
              .formatted(name, String.join(", ", handlers.keySet())));
    }
    return new Handler(name, backend);
  }

  /** What a sandbox is called before it has an id; no two live ones share it. */
  static String identity(PodSandboxMetadata metadata) {
    return "%s/%s (uid %s, attempt %s)"
        .formatted(
            metadata.getNamespace(),
            metadata.getName(),
            metadata.getUid(),
            Integer.toUnsignedString(metadata.getAttempt()));
  }

  /** Takes note of a new sandbox. */
  void addPod(Pod pod) {
    pods.put(pod.id(), pod);
  }

  /** Takes note of a new container. */
  void addContainer(String id, String podSandboxId, RuntimeBackend backend) {
    containers.put(id, new ContainerRef(id, podSandboxId, backend));
  }

  /** Forgets a removed sandbox and its containers. */
  void forgetPod(String id) {
    pods.remove(id);
    containers.values().removeIf(container -> container.podSandboxId().equals(id));
  }

  /** Forgets a removed container. */
  void forgetContainer(String id) {
    containers.remove(id);
  }

  /**
   * The sandbox with this id or unique id prefix.
   *
   * @throws CriException {@code NOT_FOUND} when there is none, {@code INVALID_ARGUMENT} when the
   *     prefix fits several, or a backend's own failure when it cannot be asked
   */
  Pod pod(String idOrPrefix) throws InterruptedException {
    Pod known = pods.get(idOrPrefix);
    return known != null ? known : search("pod sandbox", idOrPrefix, pods, this::refreshPods);
  }

  /** The sandbox of a container, even one that its backend no longer lists. */
  Pod podOf(ContainerRef container) throws InterruptedException {
    String id = container.podSandboxId();
    if (!pods.containsKey(id)) {
      refreshPods();
    }
    return pods.getOrDefault(id, new Pod(id, id, container.backend()));
  }

  /**
   * The container with this id or unique id prefix; fails as {@link #pod} does.
   *
   * @throws CriException as {@link #pod}
   */
  ContainerRef container(String idOrPrefix) throws InterruptedException {
    ContainerRef known = containers.get(idOrPrefix);
    return known != null
        ? known
        : search("container", idOrPrefix, containers, this::refreshContainers);
  }

  @FunctionalInterface
  private interface Refresh {
    /** Brings the index up to date; returns the failure of a backend that could not be asked. */
    @Nullable CriException run() throws InterruptedException;
  }

  private static <T> T search(
      String kind, String idOrPrefix, NavigableMap<String, T> index, Refresh refresh)
      throws InterruptedException {
    CriException unasked = refresh.run();
    T exact = index.get(idOrPrefix);
    if (exact != null) {
      return exact;
    }
    List<T> candidates = new ArrayList<>();
    for (Map.Entry<String, T> entry : index.tailMap(idOrPrefix, true).entrySet()) {
      if (!entry.getKey().startsWith(idOrPrefix)) {
        break;
      }
      candidates.add(entry.getValue());
    }
    if (candidates.size() == 1) {
      return candidates.getFirst();
    }
    if (candidates.size() > 1) {
      throw CriException.invalidArgument(
          "%s id prefix '%s' fits %d objects; give more characters"
              .formatted(kind, idOrPrefix, candidates.size()));
    }
    // "Not found" makes a node agent forget the object, so it must not be said on a guess.
    if (unasked != null) {
      throw unasked;
    }
    throw CriException.notFound("%s '%s' does not exist".formatted(kind, idOrPrefix));
  }

  private @Nullable CriException refreshPods() throws InterruptedException {
    CriException unasked = null;
    for (RuntimeBackend backend : backends) {
      try {
        Map<String, Pod> present = new LinkedHashMap<>();
        for (PodSandbox pod : backend.podSandboxes().listPodSandboxes()) {
          present.put(pod.getId(), new Pod(pod.getId(), identity(pod.getMetadata()), backend));
        }
        pods.values().removeIf(p -> p.backend().equals(backend) && !present.containsKey(p.id()));
        pods.putAll(present);
      } catch (CriException e) {
        unasked = e;
      }
    }
    return unasked;
  }

  private @Nullable CriException refreshContainers() throws InterruptedException {
    CriException unasked = null;
    for (RuntimeBackend backend : backends) {
      try {
        Map<String, ContainerRef> present = new LinkedHashMap<>();
        for (Container container : backend.containers().listContainers()) {
          present.put(
              container.getId(),
              new ContainerRef(container.getId(), container.getPodSandboxId(), backend));
        }
        containers
            .values()
            .removeIf(c -> c.backend().equals(backend) && !present.containsKey(c.id()));
        containers.putAll(present);
      } catch (CriException e) {
        unasked = e;
      }
    }
    return unasked;
  }
}
