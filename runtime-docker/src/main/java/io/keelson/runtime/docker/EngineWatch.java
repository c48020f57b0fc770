package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventType;
import com.github.dockerjava.api.model.Info;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.image.DockerImages;
import io.keelson.runtime.docker.image.PauseImage;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerState;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the state in memory in line with the engine: recovers when the engine first answers, then
 * follows its events, and looks at everything again after each gap. Knows at any time whether the
 * engine answers. Thread-safe.
 */
final class EngineWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EngineWatch.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);
  private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

  private final DockerEngine engine;
  private final DockerImages images;
  private final Inventory inventory;
  private final EngineContainers engineContainers;
  private final ContainerStates states;
  private final Recovery recovery;
  private final ContainerEventSink events;
  private final Clock clock;
  private final ThreadFactory threads;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread thread;
  private final Thread sweeper;
  private volatile @Nullable EngineEventStream stream;
  private volatile @Nullable String trouble = "the Docker Engine has not been reached yet";
  private volatile String version = "unknown";
  private volatile CgroupDriver cgroupDriver = CgroupDriver.CGROUPFS;
  private volatile String dataRoot = "";

  EngineWatch(
      DockerEngine engine,
      DockerImages images,
      Inventory inventory,
      EngineContainers engineContainers,
      ContainerStates states,
      Recovery recovery,
      ContainerEventSink events,
      Clock clock) {
    this.engine = engine;
    this.images = images;
    this.inventory = inventory;
    this.engineContainers = engineContainers;
    this.states = states;
    this.recovery = recovery;
    this.events = events;
    this.clock = clock;
    this.threads = Thread.ofVirtual().name("docker-watch-", 0).factory();
    this.thread = threads.newThread(this::watch);
    this.sweeper = threads.newThread(this::sweep);
  }

  /**
   * Recovers at once when the engine answers, else as soon as it does, and watches from then on.
   */
  void start() throws InterruptedException {
    stream = next();
    thread.start();
    sweeper.start();
  }

  private void watch() {
    try {
      while (true) {
        EngineEventStream open = stream;
        if (open != null) {
          open.forEach(this::onEvent);
          images.followed(false);
          open.close();
        }
        if (closed.await(open == null ? RETRY.toMillis() : 0, TimeUnit.MILLISECONDS)) {
          return;
        }
        stream = next();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What a failed call could not take back is tried again from time to time. */
  private void sweep() {
    try {
      while (!closed.await(SWEEP_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        if (trouble == null) {
          recovery.clearLeft();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An open stream, after everything before it has been looked at; null when that failed. */
  private @Nullable EngineEventStream next() throws InterruptedException {
    EngineEventStream open = open();
    return open != null && look(open) ? open : null;
  }

  private @Nullable EngineEventStream open() throws InterruptedException {
    try {
      return EngineEventStream.open(engine);
    } catch (CriException e) {
      report(String.valueOf(e.getMessage()));
      return null;
    }
  }

  /** Recovers or looks at everything again; the stream is open already, so nothing is missed. */
  private boolean look(EngineEventStream open) throws InterruptedException {
    try {
      version = engine.version().engine();
      Info info = engine.info();
      dataRoot = Objects.requireNonNullElse(info.getDockerRootDir(), "");
      cgroupDriver =
          "systemd".equals(info.getCGroupDriver()) ? CgroupDriver.SYSTEMD : CgroupDriver.CGROUPFS;
      PauseImage.ensure(engine);
      if (inventory.isOpen()) {
        relist();
        recovery.clearLeft();
      } else {
        recovery.run();
        inventory.open();
      }
      images.followed(true);
      trouble = null;
      return true;
    } catch (CriException e) {
      open.close();
      report(String.valueOf(e.getMessage()));
      return false;
    } catch (RuntimeException e) {
      open.close();
      log.error("looking at the engine's containers failed", e);
      report("looking at the engine's containers failed: " + e);
      return false;
    }
  }

  private void report(String message) {
    inventory.notOpenBecause(message);
    if (closed.getCount() > 0 && !message.equals(trouble)) {
      log.warn("{}", message);
    }
    trouble = message;
  }

  /** Why the engine cannot be used now, or empty when it can. */
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }

  /** Whether the engine can be used now. */
  boolean answers() {
    return trouble == null;
  }

  /** The engine's data folder, as it last told it; empty before. */
  String dataRoot() {
    return dataRoot;
  }

  /** The engine's version when it last answered. */
  String version() {
    return version;
  }

  /** The engine's cgroup driver when it last answered. */
  CgroupDriver cgroupDriver() {
    return cgroupDriver;
  }

  private void relist() throws InterruptedException {
    Map<String, String> engineStates = new HashMap<>();
    List<Container> present = engineContainers.list();
    present.forEach(c -> engineStates.put(c.getId(), String.valueOf(c.getState())));
    for (DockerContainer container : inventory.containers()) {
      String engineState = engineStates.getOrDefault(container.id(), "gone");
      boolean same =
          switch (container.state()) {
            case CONTAINER_CREATED -> engineState.equals("created");
            case CONTAINER_RUNNING -> engineState.equals("running");
            default -> true;
          };
      if (!same) {
        states.settle(container);
      }
    }
    for (DockerPod pod : inventory.pods()) {
      if (!"running".equals(engineStates.get(pod.id()))) {
        pauseEnded(pod);
      }
    }
  }

  private void onEvent(Event event) {
    if (event.getType() == EventType.IMAGE) {
      images.changed();
      return;
    }
    String id = event.getId();
    if (id == null) {
      return;
    }
    boolean start = "start".equals(event.getAction());
    inventory
        .findContainer(id)
        .filter(container -> !start || container.state() == ContainerState.CONTAINER_CREATED)
        // On a thread of its own: draining one container's log must not hold up the others.
        .ifPresent(container -> threads.newThread(() -> settle(container)).start());
    if (!start) {
      inventory.findPod(id).ifPresent(this::pauseEnded);
    }
  }

  private void settle(DockerContainer container) {
    try {
      if (container.state() != ContainerState.CONTAINER_EXITED) {
        states.settle(container);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.warn("the state of container {} is not known until the next look", container.id(), e);
    }
  }

  private void pauseEnded(DockerPod pod) {
    if (pod.pauseEnded()) {
      events.publish(
          pod.id(), pod.id(), ContainerEventType.CONTAINER_STOPPED_EVENT, EngineTimes.now(clock));
    }
  }

  @Override
  public void close() {
    closed.countDown();
    thread.interrupt();
    sweeper.interrupt();
    EngineEventStream open = stream;
    if (open != null) {
      open.close();
    }
    try {
      for (Thread running : List.of(thread, sweeper)) {
        var _ = running.getState() == Thread.State.NEW || running.join(CLOSE_LIMIT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
