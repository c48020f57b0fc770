package io.keelson.runtime.docker;

import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.stats.LayerMeter;
import io.keelson.runtime.docker.stats.MeasuredContainer;
import io.keelson.runtime.docker.stats.UsageMeter;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerAttributes;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerResources;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ContainerUser;
import io.keelson.runtime.v1.ImageSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One container: its record and its state, which only ever moves forward. Thread-safe.
 *
 * <pre>
 *   CREATED ----> RUNNING ----> EXITED
 *      \_________________________^      (could not be started, or the engine lost it)
 * </pre>
 */
final class DockerContainer {
  private ContainerRecord record;
  private ContainerState state = ContainerState.CONTAINER_CREATED;
  private boolean endAsked;
  private long startedAt;
  private @Nullable Exit exit;
  private @Nullable Container summary;
  private long pid;
  private @Nullable Path writableLayer;
  private final UsageMeter meter = new UsageMeter();
  private final LayerMeter layerMeter = new LayerMeter();

  DockerContainer(ContainerRecord record) {
    this.record = record;
  }

  synchronized ContainerRecord record() {
    return record;
  }

  synchronized void record(ContainerRecord changed) {
    record = changed;
    summary = null;
  }

  String id() {
    return record().getId();
  }

  String sandboxId() {
    return record().getSandboxId();
  }

  /** Notes that it is about to be ended on purpose. */
  synchronized void endAsked() {
    endAsked = true;
  }

  /**
   * Whether its end by {@code SIGKILL} could be the kernel's doing, for want of memory: it has a
   * limit, and nobody has asked for its end.
   */
  synchronized boolean mayRunOutOfMemory() {
    return !endAsked && record.getConfig().getLinux().getResources().getMemoryLimitInBytes() > 0;
  }

  synchronized ContainerState state() {
    return state;
  }

  /**
   * Notes where the machine has it.
   *
   * @param process its first process, 0 when it has none
   * @param layer the folder of its changes to the image, null when not known
   */
  synchronized void located(long process, @Nullable Path layer) {
    pid = process;
    writableLayer = layer == null ? writableLayer : layer;
  }

  /** Its first process while it runs, otherwise 0. */
  synchronized long pid() {
    return state == ContainerState.CONTAINER_RUNNING ? pid : 0;
  }

  LayerMeter layerMeter() {
    return layerMeter;
  }

  synchronized MeasuredContainer measured() {
    ContainerConfig config = record.getConfig();
    return new MeasuredContainer(
        ContainerAttributes.newBuilder()
            .setId(record.getId())
            .setMetadata(config.getMetadata())
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .build(),
        image(config).getImage(),
        pid(),
        startedAt,
        meter,
        writableLayer,
        layerMeter);
  }

  /**
   * Notes that it runs.
   *
   * @param at nanoseconds since the Unix epoch
   * @return false when that was known already, or is out of date
   */
  synchronized boolean running(long at) {
    if (state != ContainerState.CONTAINER_CREATED) {
      return false;
    }
    state = ContainerState.CONTAINER_RUNNING;
    startedAt = at;
    summary = null;
    return true;
  }

  /**
   * Notes that it has ended, after all it wrote is in its log.
   *
   * @param started when it had started, 0 when it never did
   * @return false when that was known already
   */
  synchronized boolean exited(long started, Exit how) {
    if (state == ContainerState.CONTAINER_EXITED) {
      return false;
    }
    state = ContainerState.CONTAINER_EXITED;
    startedAt = started;
    exit = how;
    summary = null;
    return true;
  }

  /**
   * Notes that the engine does not know it any more: it has ended, in a way nobody saw.
   *
   * @param at when that was noticed
   * @return false when its end was known already
   */
  synchronized boolean lost(long at) {
    return exited(startedAt, Exit.unseen(at));
  }

  /** What a list shows of it, made once for each of its states. */
  synchronized Container summary() {
    Container made = summary == null ? summarize() : summary;
    summary = made;
    return made;
  }

  private Container summarize() {
    ContainerConfig config = record.getConfig();
    return Container.newBuilder()
        .setId(record.getId())
        .setPodSandboxId(record.getSandboxId())
        .setMetadata(config.getMetadata())
        .setImage(image(config))
        .setImageRef(record.getImageRef())
        .setImageId(record.getImageId())
        .setState(state)
        .setCreatedAt(record.getCreatedAt())
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .build();
  }

  synchronized ContainerStatus status() {
    ContainerConfig config = record.getConfig();
    ContainerStatus.Builder status =
        ContainerStatus.newBuilder()
            .setId(record.getId())
            .setMetadata(config.getMetadata())
            .setState(state)
            .setCreatedAt(record.getCreatedAt())
            .setStartedAt(startedAt)
            .setImage(image(config))
            .setImageRef(record.getImageRef())
            .setImageId(record.getImageId())
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .addAllMounts(config.getMountsList())
            .setLogPath(record.getLogPath())
            .setUser(ContainerUser.newBuilder().setLinux(record.getUser()))
            .setStopSignal(config.getStopSignal())
            .setResources(
                ContainerResources.newBuilder().setLinux(config.getLinux().getResources()));
    Exit how = exit;
    if (how != null) {
      status
          .setFinishedAt(how.finishedAt())
          .setExitCode(how.exitCode())
          .setReason(how.reason())
          .setMessage(how.message());
    }
    return status.build();
  }

  private static ImageSpec image(ContainerConfig config) {
    String asked = config.getImage().getUserSpecifiedImage();
    return asked.isEmpty()
        ? config.getImage()
        : config.getImage().toBuilder().setImage(asked).build();
  }
}
