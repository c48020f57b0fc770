package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Container;
import io.keelson.cni.pod.CniPodNetwork;
import io.keelson.cni.pod.CniSettings;
import io.keelson.linux.NativeNetworkNamespaces;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.PodSandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * One node's folders, CNI network and engine: backends can be opened on it one after the other, as
 * daemons are, and what they leave behind can be counted.
 *
 * @param folder everything of this node is below it
 * @param engineEndpoint where its engine listens
 */
record TestNode(Path folder, Endpoint engineEndpoint) {
  private static final String BRIDGE = "kltest0";

  private static final List<Path> PLUGIN_FOLDERS =
      List.of(Path.of("/usr/lib/cni"), Path.of("/opt/cni/bin"));

  /** Sets a node up in an empty folder. */
  static TestNode in(Path folder, Endpoint engineEndpoint) throws IOException {
    return in(folder, engineEndpoint, "[{\"subnet\": \"10.231.77.0/24\"}]");
  }

  /** As {@link #in}, with an IPv6 address for each pod beside the IPv4 one. */
  static TestNode withBothFamilies(Path folder, Endpoint engineEndpoint) throws IOException {
    return in(
        folder,
        engineEndpoint,
        "[{\"subnet\": \"10.231.77.0/24\"}], [{\"subnet\": \"fd00:77::/64\"}]");
  }

  private static TestNode in(Path folder, Endpoint engineEndpoint, String ranges)
      throws IOException {
    Assumptions.assumeTrue(
        PLUGIN_FOLDERS.stream().anyMatch(f -> Files.isExecutable(f.resolve("bridge"))),
        "the CNI reference plugins are not installed; on Debian run:"
            + " apt-get install -y containernetworking-plugins");
    TestNode node = new TestNode(folder, engineEndpoint);
    Files.createDirectories(node.conf());
    Files.writeString(
        node.conf().resolve("10-kltest.conflist"), networkConfiguration(node.addresses(), ranges));
    return node;
  }

  private static String networkConfiguration(Path addresses, String ranges) {
    return """
    {
      "cniVersion": "1.0.0",
      "name": "kltest",
      "plugins": [
        {
          "type": "bridge",
          "bridge": "%s",
          "isGateway": true,
          "ipam": {
            "type": "host-local",
            "dataDir": "%s",
            "ranges": [%s],
            "routes": [{"dst": "0.0.0.0/0"}]
          }
        }
      ]
    }
    """
        .formatted(BRIDGE, addresses, ranges);
  }

  private Path conf() {
    return folder.resolve("net.d");
  }

  private Path addresses() {
    return folder.resolve("ipam");
  }

  private Path cache() {
    return folder.resolve("cni-cache");
  }

  private Path state() {
    return folder.resolve("state");
  }

  private Path run() {
    return folder.resolve("run");
  }

  /** A backend on this node, started; its state is what the one before left. */
  DockerBackend open(ContainerEventSink events, Steps steps) throws InterruptedException {
    return started(backend(DockerSettings.DEFAULTS, steps), events);
  }

  /** A backend with settings of its own, whose events and steps nobody watches. */
  DockerBackend open(DockerSettings settings) throws InterruptedException {
    return started(backend(settings, Steps.IGNORED), (containerId, podSandboxId, type, at) -> {});
  }

  private static DockerBackend started(DockerBackend backend, ContainerEventSink events)
      throws InterruptedException {
    backend.start(events);
    return backend;
  }

  /** A backend for a server to start. */
  DockerBackend backend() {
    return backend(DockerSettings.DEFAULTS, Steps.IGNORED);
  }

  private DockerBackend backend(DockerSettings settings, Steps steps) {
    CniPodNetwork network =
        new CniPodNetwork(new CniSettings(conf(), PLUGIN_FOLDERS, cache(), Duration.ofSeconds(30)));
    return new DockerBackend(
        DockerEngine.at(engineEndpoint),
        settings,
        new BackendContext(state(), run(), Map.of(), network, Clock.systemUTC()),
        new NativeNetworkNamespaces(),
        steps);
  }

  /** A backend whose events and steps nobody watches. */
  DockerBackend open() throws InterruptedException {
    return open((containerId, podSandboxId, type, at) -> {}, Steps.IGNORED);
  }

  /** Everything a backend could have left on this node; empty when it left nothing. */
  List<String> remains() throws IOException, InterruptedException {
    List<String> remains = new ArrayList<>();
    for (Container container : containersOfThisNode()) {
      remains.add("container " + String.join(",", container.getNames()));
    }
    remains.addAll(files(run().resolve("netns"), "pinned network namespace"));
    remains.addAll(files(state().resolve("sandboxes"), "sandbox record"));
    remains.addAll(files(state().resolve("containers"), "container record"));
    remains.addAll(files(state().resolve("pods"), "pod file"));
    remains.addAll(files(run().resolve("mounts"), "prepared mount"));
    remains.addAll(files(cache().resolve("results"), "CNI result"));
    files(addresses(), "address").stream()
        .filter(file -> file.matches(".*/(10\\.231\\.77\\.\\d+|fd00:77:.*)"))
        .forEach(remains::add);
    return remains;
  }

  /** The engine's containers that carry this node's mark. */
  List<Container> containersOfThisNode() throws InterruptedException {
    try (DockerEngine engine = DockerEngine.at(engineEndpoint)) {
      return new EngineContainers(engine, DockerBackend.owner(state())).list();
    }
  }

  /** Removes every pod of this node, and the bridge CNI has made. */
  void clear() throws IOException, InterruptedException {
    try (DockerBackend backend = open()) {
      for (PodSandbox pod : backend.podSandboxes().listPodSandboxes()) {
        backend.podSandboxes().removePodSandbox(pod.getId());
      }
    }
    new ProcessBuilder("ip", "link", "delete", BRIDGE).start().waitFor();
  }

  private static List<String> files(Path directory, String kind) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).map(file -> kind + " " + file).toList();
    }
  }
}
