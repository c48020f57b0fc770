package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Ours, as users start it, on a Docker Engine of its own. */
final class KeelsonRuntime implements MeasuredRuntime {
  private final Path launcher;
  private final Path folder;
  private final DockerEngineProcess engine;
  private @Nullable DaemonProcess daemon;

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
            folder.resolve("cri.sock"),
            folder.resolve("daemon.log"));
    daemon = started;
    return started.startTime();
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
    return running().residentBytes();
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
