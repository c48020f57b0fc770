package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A running pod on a node of its own, and the daemon's backend there. Its containers run busybox.
 * Closing it removes everything, and fails when something is left.
 */
final class TestPod implements AutoCloseable {
  private static final Duration SCRIPT_LIMIT = Duration.ofSeconds(30);
  private static final String[] WAITING = {"/bin/sleep", "600"};

  private final TestNode node;
  private final DockerSettings settings;
  private final PodSandboxConfig config;
  private final String id;
  private DockerBackend backend;

  private TestPod(TestNode node, DockerSettings settings, PodSandboxConfig config)
      throws InterruptedException {
    this.node = node;
    this.settings = settings;
    this.config = config;
    this.backend = node.open(settings);
    this.id = backend.podSandboxes().runPodSandbox(config, "docker");
  }

  /** A pod whose daemon has default settings. */
  static TestPod run(Path folder, DockerEngine engine) throws IOException, InterruptedException {
    return run(folder, engine, DockerSettings.DEFAULTS, pod -> {});
  }

  /**
   * A pod.
   *
   * @param folder everything of its node is below it
   * @param settings its daemon's
   * @param change what is special about it
   */
  static TestPod run(
      Path folder,
      DockerEngine engine,
      DockerSettings settings,
      Consumer<PodSandboxConfig.Builder> change)
      throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    PodSandboxConfig.Builder pod = TestPods.pod("pod", folder.resolve("logs"));
    change.accept(pod);
    return new TestPod(TestNode.in(folder, engine.endpoint()), settings, pod.build());
  }

  DockerBackend backend() {
    return backend;
  }

  String id() {
    return id;
  }

  TestNode node() {
    return node;
  }

  /** Where the container of this name logs. */
  Path log(String container) {
    return Path.of(config.getLogDirectory()).resolve(container).resolve("0.log");
  }

  /** Ends the daemon and starts it anew; the pod goes on. */
  void restartDaemon() throws InterruptedException {
    backend.close();
    backend = node.open(settings);
  }

  /** Makes a container that waits, named {@code main} unless changed. */
  String create(Consumer<ContainerConfig.Builder> change) throws InterruptedException {
    return create(change, WAITING);
  }

  /** Makes a container that runs a command. */
  String create(Consumer<ContainerConfig.Builder> change, String... command)
      throws InterruptedException {
    ContainerConfig.Builder container = TestPods.container("main", BusyboxImage.NAME, command);
    change.accept(container);
    return backend.containers().createContainer(id, container.build(), config);
  }

  /** Makes a container that waits, and starts it. */
  String start(Consumer<ContainerConfig.Builder> change) throws InterruptedException {
    String container = create(change);
    backend.containers().startContainer(container);
    return container;
  }

  /** Starts a container that runs a script. */
  String start(String script) throws InterruptedException {
    String container = create(main -> {}, "/bin/sh", "-c", script);
    backend.containers().startContainer(container);
    return container;
  }

  /** What a script prints in a running container, errors apart. */
  String sh(String container, String script) throws InterruptedException {
    return backend
        .containers()
        .execSync(container, List.of("/bin/sh", "-c", script), SCRIPT_LIMIT)
        .getStdout()
        .toStringUtf8();
  }

  boolean runs(String container) throws InterruptedException {
    return backend.containers().containerStatus(container).getState()
        == ContainerState.CONTAINER_RUNNING;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }
}
