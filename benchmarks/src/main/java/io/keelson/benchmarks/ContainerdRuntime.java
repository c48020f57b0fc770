package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The peer: containerd's CRI plugin, with the same CNI configuration and images. */
final class ContainerdRuntime implements MeasuredRuntime {
  private final Path binary;
  private final Path folder;
  private final Workspace workspace;
  private final String architecture;
  private @Nullable DaemonProcess daemon;

  private ContainerdRuntime(Path binary, Path folder, Workspace workspace, String architecture) {
    this.binary = binary;
    this.folder = folder;
    this.workspace = workspace;
    this.architecture = architecture;
  }

  /**
   * Writes its configuration; nothing runs yet.
   *
   * @param binary containerd itself; {@code ctr} and the shim are looked for beside it first
   */
  static ContainerdRuntime prepare(Path binary, Workspace workspace, String architecture)
      throws IOException {
    Path folder = Files.createDirectories(workspace.folder().resolve("containerd"));
    Files.writeString(
        folder.resolve("config.toml"),
        """
        version = 2
        root = "%1$s/root"
        state = "%1$s/state"
        disabled_plugins = ["io.containerd.internal.v1.opt"]
        [grpc]
          address = "%1$s/cri.sock"
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "docker.io/keelson/pause:1"
          restrict_oom_score_adj = true
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "%2$s"
            conf_dir = "%3$s"
        """
            .formatted(folder, Workspace.plugins(), workspace.cniConfiguration()));
    return new ContainerdRuntime(binary, folder, workspace, architecture);
  }

  @Override
  public String name() {
    return "containerd";
  }

  @Override
  public Duration start() throws IOException, InterruptedException {
    DaemonProcess started =
        DaemonProcess.start(
            List.of(
                "env",
                "PATH=" + binary.getParent() + ":" + System.getenv("PATH") + ":/usr/sbin:/sbin",
                binary.toString(),
                "--config",
                folder.resolve("config.toml").toString()),
            folder.resolve("cri.sock"),
            folder.resolve("daemon.log"));
    daemon = started;
    return started.startTime();
  }

  @Override
  public void takeImages() throws IOException, InterruptedException {
    importImage(workspace.write(Workspace.image(architecture), folder.resolve("image.tar")));
    importImage(workspace.write(Workspace.pause(architecture), folder.resolve("pause.tar")));
  }

  private void importImage(Path archive) throws IOException, InterruptedException {
    Path beside = binary.resolveSibling("ctr");
    Process process =
        new ProcessBuilder(
                Files.isExecutable(beside) ? beside.toString() : "ctr",
                "--address",
                folder.resolve("cri.sock").toString(),
                "--namespace",
                "k8s.io",
                "images",
                "import",
                archive.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("ctr.log").toFile()))
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("ctr cannot import " + archive + "; see " + folder.resolve("ctr.log"));
    }
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
    return running().use().residentBytes();
  }

  private DaemonProcess running() {
    return Objects.requireNonNull(daemon, "containerd is not started");
  }

  @Override
  public void close() throws InterruptedException {
    if (daemon != null) {
      stop();
    }
  }
}
