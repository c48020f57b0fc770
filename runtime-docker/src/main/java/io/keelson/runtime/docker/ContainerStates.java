package io.keelson.runtime.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import io.keelson.runtime.docker.engine.UpperLayer;
import io.keelson.runtime.docker.log.ContainerLogs;
import io.keelson.runtime.docker.records.ContainerRecord;
import io.keelson.runtime.docker.stats.OverlayMount;
import io.keelson.runtime.docker.stats.WritableLayers;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerEventType;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Brings a container's state in memory in line with the engine's, whoever noticed the change first:
 * the call that caused it, the engine's event, or a relist. An exit is shown only when everything
 * the container wrote is in its log.
 */
final class ContainerStates {
  /** 128 and {@code SIGKILL}. */
  private static final long KILLED = 137;

  private static final int MEMORY_LOOKS = 10;
  private static final int MEMORY_LOOK_MILLIS = 30;

  /** Of an end longer ago than this the engine knows all that it ever will. */
  private static final long NEWS_LIMIT_NANOS = 10_000_000_000L;

  private final Inventory inventory;
  private final EngineContainers engine;
  private final CgroupLimits limits;
  private final ContainerLogs logs;
  private final WritableLayers layers;
  private final ContainerEventSink events;
  private final Clock clock;

  ContainerStates(
      Inventory inventory,
      EngineContainers engine,
      CgroupLimits limits,
      ContainerLogs logs,
      WritableLayers layers,
      ContainerEventSink events,
      Clock clock) {
    this.inventory = inventory;
    this.engine = engine;
    this.limits = limits;
    this.logs = logs;
    this.layers = layers;
    this.events = events;
    this.clock = clock;
  }

  /** Asks the engine and takes over what it says. Repeatable, from any thread. */
  void settle(DockerContainer container) throws InterruptedException {
    Optional<InspectContainerResponse> found = engine.inspect(container.id());
    if (found.isEmpty()) {
      long now = EngineTimes.now(clock);
      logs.drain(container.id());
      if (container.lost(now)) {
        publish(container, ContainerEventType.CONTAINER_STOPPED_EVENT, now);
      }
      return;
    }
    InspectContainerResponse inspected = found.get();
    ContainerState state = inspected.getState();
    locate(container, inspected);
    ContainerRecord record = container.record();
    if (!record.getStartError().isEmpty()) {
      exited(container, 0, Exit.startError(record.getStartFailedAt(), record.getStartError()));
      return;
    }
    long startedAt = EngineTimes.nanos(state.getStartedAt());
    switch (Objects.requireNonNullElse(state.getStatus(), "")) {
      case "running", "paused", "restarting" -> {
        follow(container, inspected);
        if (limited(container, state)) {
          running(container, startedAt);
        }
      }
      case "exited", "dead", "removing" -> {
        follow(container, inspected);
        running(container, startedAt);
        exited(container, startedAt, exitOf(withNewsOfMemory(container, state)));
      }
      default -> {
        // Made and never started.
      }
    }
  }

  /** A container that is seen running for the first time has yet to get its limits. */
  private boolean limited(DockerContainer container, ContainerState state)
      throws InterruptedException {
    if (container.state() == io.keelson.runtime.v1.ContainerState.CONTAINER_CREATED) {
      try {
        limits.set(
            container.id(),
            Objects.requireNonNullElse(state.getPidLong(), 0L),
            container.record().getConfig().getLinux().getResources());
      } catch (CriException e) {
        startFailed(container, String.valueOf(e.getMessage()));
        return false;
      }
    }
    return true;
  }

  /**
   * Ends a container that could not be started as it should: that is its end as far as a node agent
   * is concerned.
   */
  void startFailed(DockerContainer container, String why) throws InterruptedException {
    ContainerRecord failed =
        container.record().toBuilder()
            .setStartError(why)
            .setStartFailedAt(EngineTimes.now(clock))
            .build();
    inventory.save(failed);
    container.record(failed);
    engine.kill(container.id());
    settle(container);
  }

  private void locate(DockerContainer container, InspectContainerResponse inspected) {
    long pid = Objects.requireNonNullElse(inspected.getState().getPidLong(), 0L);
    Path layer = writableLayer(inspected, pid).orElse(null);
    container.located(pid, layer);
    if (layer != null) {
      layers.count(layer, container.layerMeter());
    }
  }

  /** An engine whose images are containerd's does not tell where it is, but the kernel does. */
  private static Optional<Path> writableLayer(InspectContainerResponse inspected, long pid) {
    return UpperLayer.of(inspected)
        .or(() -> OverlayMount.upper(Path.of("/proc", Long.toString(pid))));
  }

  /**
   * The engine learns that the kernel was short of memory from another source than it learns of the
   * end, and at times a moment later. What ended longer ago, as most did at a start of the daemon,
   * is not waited for.
   */
  private ContainerState withNewsOfMemory(DockerContainer container, ContainerState ended)
      throws InterruptedException {
    ContainerState state = ended;
    long age = EngineTimes.now(clock) - EngineTimes.nanos(ended.getFinishedAt());
    for (int look = 0;
        look < MEMORY_LOOKS
            && age < NEWS_LIMIT_NANOS
            && container.mayRunOutOfMemory()
            && Long.valueOf(KILLED).equals(state.getExitCodeLong())
            && !Boolean.TRUE.equals(state.getOOMKilled());
        look++) {
      TimeUnit.MILLISECONDS.sleep(MEMORY_LOOK_MILLIS);
      state = engine.inspect(container.id()).map(InspectContainerResponse::getState).orElse(state);
    }
    return state;
  }

  private void follow(DockerContainer container, InspectContainerResponse inspected) {
    ContainerRecord record = container.record();
    if (!record.getLogPath().isEmpty()) {
      logs.follow(record.getId(), Path.of(inspected.getLogPath()), Path.of(record.getLogPath()));
    }
  }

  private void running(DockerContainer container, long startedAt) {
    if (container.running(startedAt)) {
      publish(container, ContainerEventType.CONTAINER_STARTED_EVENT, startedAt);
    }
  }

  private void exited(DockerContainer container, long startedAt, Exit exit)
      throws InterruptedException {
    logs.drain(container.id());
    if (container.exited(startedAt, exit)) {
      publish(container, ContainerEventType.CONTAINER_STOPPED_EVENT, exit.finishedAt());
    }
  }

  private static Exit exitOf(ContainerState state) {
    int code = Objects.requireNonNullElse(state.getExitCodeLong(), 0L).intValue();
    boolean oomKilled = Boolean.TRUE.equals(state.getOOMKilled());
    String reason = oomKilled ? "OOMKilled" : code == 0 ? "Completed" : "Error";
    return new Exit(
        EngineTimes.nanos(state.getFinishedAt()),
        code,
        reason,
        Objects.requireNonNullElse(state.getError(), ""));
  }

  /** Tells readers of container events. */
  void publish(DockerContainer container, ContainerEventType type, long at) {
    events.publish(container.id(), container.sandboxId(), type, at);
  }
}
