package io.keelson.cli.up;

import io.keelson.node.agent.ContainerView;
import io.keelson.node.agent.PodListener;
import io.keelson.node.agent.PodView;
import io.keelson.runtime.log.ContainerLogFollower;
import io.keelson.runtime.log.LogEntry;
import io.keelson.runtime.log.LogFormatException;
import io.keelson.runtime.log.LogReadOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the logs of all containers and prints their lines, each with its container's name. */
final class LogTails implements PodListener, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogTails.class);

  private static final Duration LAST_LINES_LIMIT = Duration.ofSeconds(2);

  private final Display display;
  private final Map<Path, Boolean> ended = new ConcurrentHashMap<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean closed;

  LogTails(Display display) {
    this.display = display;
  }

  @Override
  public void changed(PodView pod) {
    for (ContainerView container : pod.containers()) {
      Path path = container.log();
      if (path != null) {
        boolean over = container.state() == ContainerView.State.TERMINATED;
        if (ended.put(path, over) == null) {
          follow(pod.name() + " " + container.name(), path);
        }
      }
    }
  }

  /** A log of a pod that is gone has nothing more to come. */
  @Override
  public void removed(String namespace, String name) {
    String folder = namespace + "_" + name + "_";
    ended.replaceAll((path, over) -> over || path.toString().contains(folder));
  }

  private synchronized void follow(String name, Path path) {
    if (!closed) {
      threads.add(Thread.ofVirtual().name("log of " + name).start(() -> print(name, path)));
    }
  }

  private void print(String name, Path path) {
    LogReadOptions options = LogReadOptions.everything().withJoinedPartials();
    try (ContainerLogFollower follower =
        ContainerLogFollower.open(path, options, () -> ended.getOrDefault(path, true))) {
      while (true) {
        try {
          Optional<LogEntry> entry = follower.next();
          if (entry.isEmpty()) {
            return;
          }
          String line = Display.printable(entry.get().content().toStringUtf8());
          display.print("%-20s | %s".formatted(name, line));
        } catch (LogFormatException e) {
          log.warn("{}", e.getMessage());
        }
      }
    } catch (IOException e) {
      log.warn("no more log lines of {}: {}", name, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Ends all following, after the last lines of pods that have ended: at most a moment later, also
   * when nobody takes the lines. Repeatable.
   */
  @Override
  public void close() throws InterruptedException {
    List<Thread> running;
    synchronized (this) {
      closed = true;
      running = List.copyOf(threads);
    }
    ended.replaceAll((path, over) -> true);
    long deadline = System.nanoTime() + LAST_LINES_LIMIT.toNanos();
    for (Thread thread : running) {
      thread.join(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
    }
    for (Thread thread : running) {
      thread.interrupt();
      thread.join();
    }
  }
}
