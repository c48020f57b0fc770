package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Ours, as users start it, on a Docker Engine of its own. */
final class KeelsonRuntime implements MeasuredRuntime {
  private static final int SETTLE_LOOKS = 60;

  private final Path launcher;
  private final Path folder;
  private final DockerEngineProcess engine;
  private volatile @Nullable DaemonProcess daemon;

  private KeelsonRuntime(Path launcher, Path folder, DockerEngineProcess engine) {
    this.launcher = launcher;
    this.folder = folder;
    this.engine = engine;
  }

  /** Starts an engine with the benchmark's image; the daemon is started later. */
  static KeelsonRuntime prepare(Path launcher, Workspace workspace)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(workspace.folder().resolve("keelson"));
    DockerEngineProcess engine =
        DockerEngineProcess.start(
            new DockerEngineProcess.Settings(
                folder.resolve("docker"),
                folder.resolve("docker-run"),
                folder.resolve("dockerd.log")));
    try (DockerEngine connection = DockerEngine.at(engine.endpoint())) {
      Workspace.image(connection.version().architecture()).loadInto(connection);
    }
    Files.writeString(
        folder.resolve("keelson.yaml"),
        """
        listen: ["unix://%1$s/cri.sock"]
        state-dir: %1$s/state
        run-dir: %1$s/run
        backends:
          docker:
            endpoint: %2$s
        cni:
          conf-dir: %3$s
          cache-dir: %1$s/cni-cache
        log-level: warn
        """
            .formatted(folder, engine.endpoint(), workspace.cniConfiguration()));
    return new KeelsonRuntime(launcher, folder, engine);
  }

  @Override
  public String name() {
    return "Keelson";
  }

  @Override
  public Duration start() throws IOException, InterruptedException {
    DaemonProcess started =
        DaemonProcess.start(
            List.of(
                launcher.toString(),
                "serve",
                "--config",
                folder.resolve("keelson.yaml").toString()),
            socket(),
            folder.resolve("daemon.log"));
    daemon = started;
    return started.startTime();
  }

  @Override
  public void takeImages() {
    // The engine has them since it was started.
  }

  @Override
  public void stop() throws InterruptedException {
    running().stop();
    daemon = null;
  }

  @Override
  public RuntimeClient client() {
    return running().client();
  }

  @Override
  public long residentBytes() throws IOException {
    return use().residentBytes();
  }

  @Override
  public long engineStartNanos() throws InterruptedException {
    try (DockerEngine connection = DockerEngine.at(engine.endpoint())) {
      // The first call connects.
      connection.ping();
      return EnginePod.startNanos(connection);
    }
  }

  ProcessUse use() throws IOException {
    return running().use();
  }

  /** What it uses once it uses no more than before, or after a while of waiting for that. */
  ProcessUse settledUse(ProcessUse before) throws IOException, InterruptedException {
    ProcessUse use = use();
    for (int i = 0;
        i < SETTLE_LOOKS && (use.threads() > before.threads() || use.files() > before.files());
        i++) {
      TimeUnit.SECONDS.sleep(1);
      use = use();
    }
    return use;
  }

  /** Ends the daemon as a crash does, and starts it again. */
  void killAndRestart() throws IOException, InterruptedException {
    DaemonProcess killed = running();
    killed.kill();
    start();
    killed.client().close();
  }

  /** A client that outlives the daemon and finds the next one; the caller closes it. */
  RuntimeClient connect() {
    return RuntimeClient.connect(new Endpoint.Unix(socket()));
  }

  private Path socket() {
    return folder.resolve("cri.sock");
  }

  /** Whatever pods could have left on this machine. */
  List<String> leftovers(Workspace workspace) throws IOException, InterruptedException {
    List<String> left = new ArrayList<>();
    try (DockerEngine connection = DockerEngine.at(engine.endpoint())) {
      connection
          .call("list containers", client -> client.listContainersCmd().withShowAll(true).exec())
          .forEach(container -> left.add("container " + container.getId()));
    }
    for (String kept : List.of("run/docker/netns", "run/docker/mounts", "state/docker")) {
      files(folder.resolve(kept), left);
    }
    files(folder.resolve("cni-cache"), left);
    List<String> addresses = new ArrayList<>();
    files(workspace.folder().resolve("ipam"), addresses);
    addresses.stream().filter(file -> file.matches(".*/[0-9.]+")).forEach(left::add);
    workspace.mounts().stream()
        .filter(place -> place.startsWith(folder + "/run/"))
        .forEach(place -> left.add("mount " + place));
    return left;
  }

  private static void files(Path directory, List<String> found) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        files
            .filter(Files::isRegularFile)
            .filter(file -> !file.getFileName().toString().endsWith(".lock"))
            .forEach(file -> found.add("file " + file));
      }
    }
  }

  private DaemonProcess running() {
    return Objects.requireNonNull(daemon, "the daemon is not started");
  }

  @Override
  public void close() throws InterruptedException {
    if (daemon != null) {
      stop();
    }
    engine.close();
  }
}
