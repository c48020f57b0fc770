package io.keelson.runtime.docker;

import io.keelson.linux.LinuxException;
import io.keelson.linux.NetworkNamespaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pinned network namespaces of sandboxes, a file each. */
final class NetworkPins {
  private static final Logger log = LoggerFactory.getLogger(NetworkPins.class);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(1);

  private final NetworkNamespaces namespaces;
  private final StartingProcesses processes;
  private final Path directory;

  /** Pins below {@code directory}. */
  NetworkPins(NetworkNamespaces namespaces, StartingProcesses processes, Path directory) {
    this.namespaces = namespaces;
    this.processes = processes;
    this.directory = directory;
  }

  /** Where the namespace of a sandbox is pinned. */
  Path fileOf(String sandboxId) {
    return directory.resolve(sandboxId);
  }

  /**
   * Pins the namespace of a sandbox that is being started: as soon as it exists, so that the
   * network can be attached while the engine finishes the start.
   *
   * @param cgroupParent of the sandbox's cgroup, as the engine was told
   * @param start the engine's start of the pause container
   * @param pause tells the process when the start is over
   */
  void pin(String sandboxId, String cgroupParent, Beside<?> start, PauseContainer pause)
      throws InterruptedException {
    while (!start.ends(LOOK_INTERVAL)) {
      Optional<StartingProcesses.Found> found = processes.withOwnNetwork(sandboxId, cgroupParent);
      if (found.isPresent() && pinEarly(found.get(), fileOf(sandboxId))) {
        return;
      }
    }
    start.await();
    namespaces.pin(pause.pid(sandboxId), fileOf(sandboxId));
  }

  /** False when the process has ended before its namespace was held, as helpers of a start do. */
  private boolean pinEarly(StartingProcesses.Found found, Path file) {
    try {
      namespaces.pin(found.pid(), file);
      if (Files.getAttribute(file, "unix:ino").equals(found.namespace())) {
        return true;
      }
      namespaces.remove(file);
    } catch (LinuxException | IOException e) {
      log.debug("process {} ended while the sandbox was started: {}", found.pid(), e.getMessage());
    }
    return false;
  }

  /** Takes a pin away; fine when it is gone. */
  void remove(Path file) {
    namespaces.remove(file);
  }
}
