package io.keelson.examples.unshare;

import io.keelson.runtime.log.ContainerLogWriter;
import io.keelson.runtime.log.LogStream;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ImageSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A container: from its folder to its program's end. Thread-safe. */
final class UnshareContainer {
  private static final int CHUNK = 64 * 1024;
  private static final int NOT_STARTED = 128;

  private final String id;
  private final Pod pod;
  private final ContainerConfig config;
  private final String imageId;
  private final ProgramSettings program;
  private final Node node;
  private final long createdAt;
  private final CountDownLatch exited = new CountDownLatch(1);

  private @Nullable RunningProgram running;
  private @Nullable ContainerLogWriter log;
  private ContainerState state = ContainerState.CONTAINER_CREATED;
  private long startedAt;
  private long finishedAt;
  private int exitCode;
  private String reason = "";
  private String message = "";

  UnshareContainer(
      String id,
      Pod pod,
      ContainerConfig config,
      String imageId,
      ProgramSettings program,
      Node node) {
    this.id = id;
    this.pod = pod;
    this.config = config;
    this.imageId = imageId;
    this.program = program;
    this.node = node;
    this.createdAt = node.now();
  }

  String id() {
    return id;
  }

  String podId() {
    return pod.id();
  }

  ProgramSettings program() {
    return program;
  }

  /** Starts the program; returns when it has begun. */
  synchronized void start() {
    if (state != ContainerState.CONTAINER_CREATED) {
      throw CriException.failedPrecondition(
          "container '%s' is not created but %s; make another to run it again"
              .formatted(id, state));
    }
    try {
      log = openLog();
      running = RunningProgram.start(node.folderOf(id).resolve("main.sh"), pod, config);
    } catch (IOException e) {
      failed(String.valueOf(e.getMessage()));
      throw CriException.unknown("container '%s' cannot be started: %s".formatted(id, reason()), e);
    }
    state = ContainerState.CONTAINER_RUNNING;
    startedAt = node.now();
    node.report(id, pod.id(), ContainerEventType.CONTAINER_STARTED_EVENT);
    watch(running);
  }

  private String reason() {
    return message;
  }

  private @Nullable ContainerLogWriter openLog() throws IOException {
    String folder = pod.config().getLogDirectory();
    return folder.isEmpty() || config.getLogPath().isEmpty()
        ? null
        : ContainerLogWriter.open(Path.of(folder, config.getLogPath()), node.clock());
  }

  private void failed(String why) {
    message = why;
    ended(NOT_STARTED, "StartError");
  }

  private synchronized void ended(int code, String why) {
    state = ContainerState.CONTAINER_EXITED;
    exitCode = code;
    reason = why;
    finishedAt = node.now();
    if (log != null) {
      try {
        log.close();
      } catch (IOException e) {
        message = "the end of its log is lost: " + e;
      }
    }
    node.report(id, pod.id(), ContainerEventType.CONTAINER_STOPPED_EVENT);
    exited.countDown();
  }

  /** The end is told when all that the program wrote is in the log. */
  private void watch(RunningProgram begun) {
    Thread errors =
        Thread.startVirtualThread(() -> keep(LogStream.STDERR, begun.standardError()));
    Thread.startVirtualThread(
        () -> {
          keep(LogStream.STDOUT, begun.standardOutput());
          try {
            errors.join();
            int code = begun.awaitEnd();
            ended(code, code == 0 ? "Completed" : "Error");
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void keep(LogStream stream, InputStream output) {
    byte[] chunk = new byte[CHUNK];
    ContainerLogWriter writer = log;
    try (output) {
      for (int count = output.read(chunk); count >= 0; count = output.read(chunk)) {
        if (writer != null) {
          writer.write(stream, ByteBuffer.wrap(chunk, 0, count));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the log of container '%s' is broken".formatted(id), e);
    }
  }

  /** Begins a new log file, after the old one was renamed. */
  synchronized void reopenLog() {
    if (state != ContainerState.CONTAINER_RUNNING) {
      throw CriException.failedPrecondition(
          "container '%s' does not run, and writes no log".formatted(id));
    }
    try {
      if (log != null) {
        log.reopen();
      }
    } catch (IOException e) {
      throw CriException.unknown("the log of container '%s': %s".formatted(id, e), e);
    }
  }

  /** The program; refuses when there is none. */
  synchronized RunningProgram running() {
    if (state != ContainerState.CONTAINER_RUNNING || running == null) {
      throw CriException.failedPrecondition("container '%s' does not run".formatted(id));
    }
    return running;
  }

  /** Asks the program to end, kills it when it has not after the grace, and waits for its end. */
  void stop(Duration grace) throws InterruptedException {
    RunningProgram present;
    synchronized (this) {
      if (state != ContainerState.CONTAINER_RUNNING || running == null) {
        return;
      }
      present = running;
    }
    if (grace.isPositive()) {
      present.signal(program.stopSignalName());
      if (exited.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    present.signal("KILL");
    exited.await();
  }

  /** Ends it and removes its files. */
  void remove() throws InterruptedException {
    stop(Duration.ZERO);
    HostCommand.run("rm", "-rf", "--one-file-system", node.folderOf(id).toString());
  }

  synchronized Container summary() {
    return Container.newBuilder()
        .setId(id)
        .setPodSandboxId(pod.id())
        .setMetadata(config.getMetadata())
        .setImage(config.getImage())
        .setImageRef(imageId)
        .setImageId(imageId)
        .setState(state)
        .setCreatedAt(createdAt)
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .build();
  }

  synchronized ContainerStatus status() {
    return ContainerStatus.newBuilder()
        .setId(id)
        .setMetadata(config.getMetadata())
        .setState(state)
        .setCreatedAt(createdAt)
        .setStartedAt(startedAt)
        .setFinishedAt(finishedAt)
        .setExitCode(exitCode)
        .setImage(ImageSpec.newBuilder(config.getImage()))
        .setImageRef(imageId)
        .setImageId(imageId)
        .setReason(reason)
        .setMessage(message)
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .addAllMounts(config.getMountsList())
        .setLogPath(
            config.getLogPath().isEmpty()
                ? ""
                : Path.of(pod.config().getLogDirectory(), config.getLogPath()).toString())
        .setStopSignal(program.stopSignal())
        .build();
  }
}
