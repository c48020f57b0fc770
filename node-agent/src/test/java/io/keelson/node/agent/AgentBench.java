package io.keelson.node.agent;

import static org.awaitility.Awaitility.await;

import io.keelson.node.agent.manifest.ManifestFolder;
import io.keelson.node.agent.manifest.ManifestParser;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** A node: the fake runtime behind a real server, and an agent that watches a folder. */
final class AgentBench implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(20);

  final VirtualClock clock = new VirtualClock();
  final FakeBackend backend = new FakeBackend(clock);
  final Path folder;
  final Path root;
  final RuntimeClient client;
  private final RuntimeServer server;
  private @Nullable NodeAgent agent;

  AgentBench(Path directory) throws IOException, InterruptedException {
    folder = Files.createDirectories(directory.resolve("manifests"));
    root = directory.resolve("agent");
    Endpoint.Unix endpoint = new Endpoint.Unix(directory.resolve("cri.sock"));
    server = RuntimeServer.builder().backend(backend).listen(endpoint).clock(clock).build();
    server.start();
    client = RuntimeClient.connect(endpoint);
  }

  /** Starts an agent; the one before must be closed. */
  NodeAgent startAgent() throws IOException, InterruptedException {
    NodeAgent started =
        NodeAgent.builder(
                client,
                root,
                new ManifestFolder(folder, new ManifestParser("node"), Duration.ofMillis(200)))
            .nodeName("node")
            .hostIp("192.0.2.7")
            .clock(clock)
            .build();
    started.start();
    agent = started;
    return started;
  }

  /** Puts a manifest into the folder at once, as a careful writer does. */
  void write(String name, String text) throws IOException {
    Path fresh = folder.resolve("." + name);
    Files.writeString(fresh, text);
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  NodeAgent agent() {
    if (agent == null) {
      throw new IllegalStateException("no agent was started");
    }
    return agent;
  }

  Optional<PodView> pod(String name) {
    return agent().pods().stream().filter(pod -> pod.name().equals(name)).findFirst();
  }

  PodView awaitPod(String name, Predicate<PodView> condition) {
    try {
      await().atMost(LIMIT).until(() -> pod(name).filter(condition).isPresent());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("pod " + name + " is " + pod(name), e);
    }
    return pod(name).orElseThrow();
  }

  ContainerView container(String pod, String name) {
    return pod(pod).orElseThrow().containers().stream()
        .filter(view -> view.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  PodView awaitContainer(String pod, String name, Predicate<ContainerView> condition) {
    return awaitPod(
        pod,
        view ->
            view.containers().stream()
                .anyMatch(container -> container.name().equals(name) && condition.test(container)));
  }

  /** Instances of a container in the runtime, the newest first. */
  List<Container> instances(String name) throws InterruptedException {
    return client.listContainers(ContainerFilter.getDefaultInstance()).stream()
        .filter(container -> container.getMetadata().getName().equals(name))
        .sorted(
            Comparator.comparingInt((Container container) -> container.getMetadata().getAttempt())
                .reversed())
        .toList();
  }

  /** Waits for a running instance. */
  Container awaitRunning(String name, int attempt) {
    return await("attempt " + attempt + " of container " + name)
        .atMost(LIMIT)
        .until(
            () ->
                instances(name).stream()
                    .filter(c -> c.getMetadata().getAttempt() == attempt)
                    .filter(c -> c.getState() == ContainerState.CONTAINER_RUNNING)
                    .findFirst(),
            Optional::isPresent)
        .orElseThrow();
  }

  /** Ends an instance as its program would: with 0, or by being killed with 137. */
  void exit(Container container, boolean success) {
    try {
      backend
          .containers()
          .stopContainer(container.getId(), success ? Duration.ofSeconds(1) : Duration.ZERO);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Names of containers in the order in which they are told to have ended, from now on. */
  List<String> recordEnds() throws InterruptedException {
    Map<String, String> names = new HashMap<>();
    for (Container container : client.listContainers(ContainerFilter.getDefaultInstance())) {
      names.put(container.getId(), container.getMetadata().getName());
    }
    List<String> ended = new CopyOnWriteArrayList<>();
    backend.start((containerId, sandboxId, type, at) -> {
      String name = names.get(containerId);
      if (name != null && type == ContainerEventType.CONTAINER_STOPPED_EVENT) {
        ended.add(name);
      }
    });
    return ended;
  }

  boolean runtimeIsEmpty() throws InterruptedException {
    return client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()).isEmpty()
        && client.listContainers(ContainerFilter.getDefaultInstance()).isEmpty();
  }

  @Override
  public void close() throws InterruptedException {
    if (agent != null) {
      agent.close();
    }
    client.close();
    server.close();
  }
}
