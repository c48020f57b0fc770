package io.keelson.runtime.client;

import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A containerd with directories and a socket of its own, for one test class. */
final class PrivateContainerd implements AutoCloseable {
  private static final long STOP_SECONDS = 20;

  private final Path directory;
  private final Path socket;
  private final Process process;

  private PrivateContainerd(Path directory, Path socket, Process process) {
    this.directory = directory;
    this.socket = socket;
    this.process = process;
  }

  /** Starts one, or aborts the test with what is missing. */
  static PrivateContainerd start(Path directory, String sandboxImage) throws IOException {
    requirePart("/usr/bin/containerd", "containerd");
    requirePart("/usr/bin/ctr", "containerd");
    requirePart("/usr/sbin/runc", "runc");
    if (!"root".equals(System.getProperty("user.name"))) {
      Assumptions.abort("containerd needs root; run the test as root");
    }
    Path socket = directory.resolve("containerd.sock");
    Path config =
        Files.writeString(
            directory.resolve("config.toml"),
            """
            version = 2
            disabled_plugins = [
              "io.containerd.snapshotter.v1.aufs",
              "io.containerd.snapshotter.v1.btrfs",
              "io.containerd.snapshotter.v1.devmapper",
              "io.containerd.snapshotter.v1.zfs",
            ]
            [plugins."io.containerd.grpc.v1.cri"]
              sandbox_image = "%s"
              restrict_oom_score_adj = true
              disable_apparmor = true
              [plugins."io.containerd.grpc.v1.cri".cni]
                conf_dir = "%s"
              [plugins."io.containerd.grpc.v1.cri".containerd]
                snapshotter = "native"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
                runtime_type = "io.containerd.runc.v2"
                [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                  Root = "%s"
            """
                .formatted(sandboxImage, directory.resolve("no-cni"), directory.resolve("runc")));
    Process process =
        new ProcessBuilder(
                "/usr/bin/containerd",
                "--config",
                config.toString(),
                "--root",
                directory.resolve("root").toString(),
                "--state",
                directory.resolve("state").toString(),
                "--address",
                socket.toString())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("containerd.log").toFile())
            .start();
    return new PrivateContainerd(directory, socket, process);
  }

  Endpoint.Unix endpoint() {
    return new Endpoint.Unix(socket);
  }

  void importImage(Path archive) throws IOException, InterruptedException {
    run(
        List.of(
            "/usr/bin/ctr",
            "--address",
            socket.toString(),
            "--namespace",
            "k8s.io",
            "images",
            "import",
            "--snapshotter",
            "native",
            archive.toString()));
  }

  /** What it logged, for messages of failed tests. */
  String log() throws IOException {
    return Files.readString(directory.resolve("containerd.log"));
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  static void requirePart(String file, String debianPackage) {
    if (!Files.isExecutable(Path.of(file))) {
      Assumptions.abort(file + " is missing; install the package " + debianPackage);
    }
  }

  static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + output);
    }
  }
}
