package io.keelson.examples.unshare;

import com.google.protobuf.ByteString;
import io.keelson.examples.unshare.ImageStore.StoredImage;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Containers, each a copy of its image's files and a script that makes the rest. */
final class UnshareContainers implements Containers {
  private final Node node;
  private final ImageStore images;

  UnshareContainers(Node node, ImageStore images) {
    this.node = node;
    this.images = images;
  }

  @Override
  public String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    check(config);
    Pod pod = node.pod(podSandboxId);
    if (!pod.isReady()) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped; run another".formatted(podSandboxId));
    }
    StoredImage image = images.get(config.getImage().getImage());
    ProgramSettings program = ProgramSettings.of(config, image);
    String id = Node.newId();
    Path folder = node.folderOf(id);
    boolean done = false;
    try {
      Files.createDirectories(folder);
      HostCommand.run("cp", "-a", image.files().toString(), folder.resolve("root").toString());
      ContainerScript.write(folder, pod, config, program);
      node.add(new UnshareContainer(id, pod, config, image.image().getId(), program, node));
      done = true;
      return id;
    } catch (IOException e) {
      throw CriException.unknown("container '%s' cannot be made: %s".formatted(id, e), e);
    } finally {
      if (!done) {
        HostCommand.run("rm", "-rf", folder.toString());
      }
    }
  }

  private static void check(ContainerConfig config) {
    HonouredFields.checkContainer(config);
    if (config.getLinux().getSecurityContext().getNamespaceOptions().getPid()
        != NamespaceMode.CONTAINER) {
      throw CriException.unimplemented(
          "NamespaceOption.pid: every container has processes of its own here; ask for CONTAINER");
    }
    for (Mount mount : config.getMountsList()) {
      if (!Files.exists(Path.of(mount.getHostPath()))) {
        throw CriException.invalidArgument(
            "host_path '%s' is not there; make it before the container"
                .formatted(mount.getHostPath()));
      }
    }
  }

  @Override
  public void startContainer(String containerId) {
    UnshareContainer container = node.container(containerId);
    if (!node.pod(container.podId()).isReady()) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped, and starts no containers".formatted(container.podId()));
    }
    container.start();
  }

  @Override
  public void stopContainer(String containerId, Duration grace) throws InterruptedException {
    node.container(containerId).stop(grace);
  }

  @Override
  public void removeContainer(String containerId) throws InterruptedException {
    UnshareContainer container = node.container(containerId);
    container.remove();
    node.remove(container);
  }

  @Override
  public ContainerStatus containerStatus(String containerId) {
    return node.container(containerId).status();
  }

  @Override
  public List<Container> listContainers() {
    return node.containers().stream().map(UnshareContainer::summary).toList();
  }

  @Override
  public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout)
      throws InterruptedException {
    UnshareContainer container = node.container(containerId);
    List<String> words = new ArrayList<>(List.of("nsenter"));
    words.addAll(List.of("--target", Long.toString(container.running().pid())));
    words.addAll(List.of("--mount", "--pid", "--net", "--ipc", "--uts", "--root", "--wd"));
    words.add("--setgid=" + container.program().groupId());
    words.add("--setuid=" + container.program().userId());
    words.add("--");
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).redirectInput(new File("/dev/null"));
    builder.environment().clear();
    builder.environment().putAll(container.program().variables());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw CriException.unknown("'nsenter' cannot be run: " + e, e);
    }
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      var output = CompletableFuture.supplyAsync(() -> read(process.getInputStream()), readers);
      var errors = CompletableFuture.supplyAsync(() -> read(process.getErrorStream()), readers);
      if (!timeout.isPositive()) {
        process.waitFor();
      } else if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw CriException.deadlineExceeded(
            "command %s in container '%s' did not end within %s and was killed"
                .formatted(command, containerId, timeout));
      }
      return ExecSyncResponse.newBuilder()
          .setExitCode(process.exitValue())
          .setStdout(output.get())
          .setStderr(errors.get())
          .build();
    } catch (ExecutionException e) {
      throw CriException.unknown("the output of %s is lost: %s".formatted(command, e), e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static ByteString read(InputStream stream) {
    try (stream) {
      ByteString kept = ByteString.copyFrom(stream.readNBytes(EXEC_SYNC_OUTPUT_LIMIT));
      stream.transferTo(OutputStream.nullOutputStream());
      return kept;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
