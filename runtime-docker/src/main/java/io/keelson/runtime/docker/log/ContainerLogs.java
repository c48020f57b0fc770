package io.keelson.runtime.docker.log;

import com.github.dockerjava.api.model.LogConfig;
import io.keelson.runtime.docker.records.LogCheckpoint;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.state.RecordStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the CRI logs of containers up to date from the logs that the engine writes to this
 * machine's disk, each byte exactly once, whatever becomes of this process in between. The engine's
 * own log is a bounded spool ({@link #logConfig}): output is lost only when this process stays away
 * while a container fills all of it.
 *
 * <p>One thread watches all logs; conversions run on virtual threads, a few at a time, with {@value
 * #CONVERSIONS} sets of buffers in all.
 *
 * <p>The engine stores output as JSON text: bytes that are not UTF-8 arrive as U+FFFD.
 *
 * <p>Thread-safe.
 */
public final class ContainerLogs implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ContainerLogs.class);
  private static final int CONVERSIONS = 4;
  private static final int BLOCKS_PER_TURN = 8;

  private final RecordStore<LogCheckpoint> checkpoints;
  private final BlockingQueue<LogConversion> idleConversions =
      new ArrayBlockingQueue<>(CONVERSIONS);
  private final Map<String, Followed> containers = new ConcurrentHashMap<>();
  private final SpoolWatch watch = new SpoolWatch();
  private volatile boolean closed;

  private ContainerLogs(RecordStore<LogCheckpoint> checkpoints) {
    this.checkpoints = checkpoints;
    for (int i = 0; i < CONVERSIONS; i++) {
      idleConversions.add(new LogConversion());
    }
  }

  /**
   * Opens the logs of all containers.
   *
   * @param checkpointDirectory kept over restarts; made where missing
   */
  public static ContainerLogs open(Path checkpointDirectory) {
    return new ContainerLogs(
        RecordStore.open(checkpointDirectory, LogCheckpoint.getDefaultInstance()));
  }

  /** How a container must log so that this class can follow it: at most 64 MiB on disk. */
  public static LogConfig logConfig() {
    return new LogConfig(
        LogConfig.LoggingType.JSON_FILE, Map.of("max-size", "16m", "max-file", "4"));
  }

  /**
   * Starts to carry a container's output to its CRI log, or goes on after a restart. Makes the log
   * and its folder where missing. Repeatable.
   *
   * @param spool the engine's log, as it gives it in {@code LogPath}; may not exist yet
   * @param logPath the CRI log
   * @throws CriException {@code RESOURCE_EXHAUSTED} or {@code INTERNAL} when the log cannot be
   *     written
   */
  public void follow(String containerId, Path spool, Path logPath) {
    Followed followed =
        containers.computeIfAbsent(containerId, id -> openFollowed(id, spool, logPath));
    followed.signal();
  }

  private Followed openFollowed(String containerId, Path spool, Path logPath) {
    try {
      Follower follower = Follower.open(containerId, spool, logPath, checkpoints);
      return new Followed(containerId, logPath, follower, spool);
    } catch (IOException e) {
      throw failure("open", containerId, logPath, e);
    }
  }

  /**
   * Returns when everything that a container wrote is in its log. For one that has exited, as the
   * engine shows it: nothing it may still write will follow. Returns at once for one that is not
   * followed. Repeatable.
   */
  public void drain(String containerId) throws InterruptedException {
    Followed followed = containers.get(containerId);
    if (followed != null) {
      followed.finish();
    }
  }

  /**
   * Makes output that follows go to a fresh file at the log's path, after the old one was renamed.
   *
   * @throws CriException {@code FAILED_PRECONDITION} when the container's log is not being written
   */
  public void reopen(String containerId) throws InterruptedException {
    Followed followed = containers.get(containerId);
    if (followed == null || followed.finished) {
      throw CriException.failedPrecondition(
          "cannot reopen the log of container "
              + containerId
              + ": it does not run, or has no log path");
    }
    try {
      followed.follower.reopen();
    } catch (IOException e) {
      throw failure("reopen", containerId, followed.logPath, e);
    }
  }

  /** Stops following a container that is being removed, and forgets how far its log had come. */
  public void forget(String containerId) {
    Followed followed = containers.remove(containerId);
    if (followed != null) {
      followed.stop();
    }
    checkpoints.delete(containerId);
  }

  /** Stops following; a later {@link #follow} of the same containers goes on where this ended. */
  @Override
  public void close() {
    closed = true;
    watch.close();
    containers.values().forEach(Followed::stop);
    containers.clear();
  }

  private static CriException failure(
      String verb, String containerId, Path logPath, IOException cause) {
    String message =
        "cannot %s the log %s of container %s: %s"
            .formatted(verb, logPath, containerId, cause.getMessage());
    String reason = cause.getMessage();
    return reason != null && reason.contains("No space left")
        ? CriException.resourceExhausted(message, cause)
        : CriException.internal(message, cause);
  }

  /** One container with its place in the watch. */
  private final class Followed {
    final String containerId;
    final Path logPath;
    final Follower follower;
    private final SpoolWatch.@Nullable Registration registration;
    private final AtomicInteger signals = new AtomicInteger();
    volatile boolean finished;
    private volatile boolean failing;

    Followed(String containerId, Path logPath, Follower follower, Path spool) {
      this.containerId = containerId;
      this.logPath = logPath;
      this.follower = follower;
      this.registration = watch.register(spool.toAbsolutePath().resolveSibling(""), this::signal);
    }

    /** Has the log converted soon, on another thread. */
    void signal() {
      if (!finished && !closed && signals.getAndIncrement() == 0) {
        Thread.ofVirtual().name("log-" + containerId).start(this::run);
      }
    }

    private void run() {
      int seen;
      do {
        seen = signals.get();
        try {
          boolean more = true;
          while (more && !finished && !closed) {
            more = turn();
          }
        } catch (InterruptedException e) {
          return;
        }
      } while (!signals.compareAndSet(seen, 0));
    }

    private boolean turn() throws InterruptedException {
      LogConversion conversion = idleConversions.take();
      try {
        boolean more = follower.pump(conversion, BLOCKS_PER_TURN);
        failing = false;
        return more;
      } catch (IOException | CriException e) {
        if (!failing) {
          failing = true;
          log.warn(
              "cannot write the log {} of container {}, will go on trying: {}",
              logPath,
              containerId,
              e.getMessage());
        }
        return false;
      } finally {
        idleConversions.add(conversion);
      }
    }

    void finish() throws InterruptedException {
      if (finished) {
        return;
      }
      LogConversion conversion = idleConversions.take();
      try {
        while (follower.pump(conversion, BLOCKS_PER_TURN)) {
          if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while draining a container's log");
          }
        }
      } catch (IOException e) {
        throw failure("complete", containerId, logPath, e);
      } finally {
        idleConversions.add(conversion);
      }
      stop();
    }

    void stop() {
      finished = true;
      if (registration != null) {
        registration.cancel();
      }
      try {
        follower.close();
      } catch (IOException | CriException e) {
        log.warn("closing the log {} of container {} failed", logPath, containerId, e);
      }
    }
  }
}
