package io.keelson.runtime.docker.engine;

import io.keelson.linux.FileTrees;
import io.keelson.linux.LinuxException;
import io.keelson.linux.Mounts;
import io.keelson.linux.NativeMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an engine with a given run folder has left on this machine: its processes, recognised by
 * that folder in their arguments and by nothing else, its mounts and its files.
 */
final class EngineRemains {
  private static final Logger log = LoggerFactory.getLogger(EngineRemains.class);
  private static final Set<String> SHIMS =
      Set.of("containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2");
  private static final Duration KILL_LIMIT = Duration.ofSeconds(5);

  private final Path runDirectory;
  private final Path dataRoot;
  private final Mounts mounts = new NativeMounts();

  EngineRemains(Path runDirectory, Path dataRoot) {
    this.runDirectory = runDirectory.toAbsolutePath().normalize();
    this.dataRoot = dataRoot.toAbsolutePath().normalize();
  }

  /**
   * Stops the processes, asking first; then removes mounts and files of the run folder.
   *
   * @param patience how long an asked process may take before it is killed
   */
  void clear(Duration patience) throws InterruptedException {
    end(running(Set.of("dockerd")), patience);
    end(running(Set.of("containerd")), patience);
    for (ProcessHandle shim : running(SHIMS)) {
      // A shim that outlived its containerd still holds a container.
      Stream.concat(shim.descendants(), Stream.of(shim)).toList().forEach(EngineRemains::kill);
    }
    unmountBelow(runDirectory);
    unmountBelow(dataRoot);
    // The engine leaves this mark when it was the one that mounted its data folder on itself.
    if (Files.exists(execRoot().resolve("unmount-on-shutdown")) && mounts.isMountPoint(dataRoot)) {
      detach(dataRoot);
    }
    for (String name : List.of("docker.sock", "docker.pid", "daemon.json")) {
      delete(runDirectory.resolve(name));
    }
    deleteTree(execRoot());
  }

  private List<ProcessHandle> running(Set<String> programs) {
    return ProcessHandle.allProcesses().filter(process -> isOurs(process, programs)).toList();
  }

  private boolean isOurs(ProcessHandle process, Set<String> programs) {
    String command = process.info().command().orElse("");
    if (!programs.contains(command.substring(command.lastIndexOf('/') + 1))) {
      return false;
    }
    String execRoot = execRoot().toString();
    for (String argument : process.info().arguments().orElse(new String[0])) {
      if (argument.equals("--exec-root=" + execRoot) || argument.startsWith(execRoot + "/")) {
        return true;
      }
    }
    return false;
  }

  private static void end(List<ProcessHandle> processes, Duration patience)
      throws InterruptedException {
    if (!patience.isZero()) {
      processes.forEach(ProcessHandle::destroy);
      awaitExit(processes, patience);
    }
    for (ProcessHandle process : processes) {
      if (process.isAlive() && !patience.isZero()) {
        log.warn(
            "process {} ({}) did not end within {} s and is killed",
            process.pid(),
            process.info().command().orElse("?"),
            patience.toSeconds());
      }
      kill(process);
    }
    awaitExit(processes, KILL_LIMIT);
  }

  private static void kill(ProcessHandle process) {
    process.destroyForcibly();
  }

  private static void awaitExit(List<ProcessHandle> processes, Duration limit)
      throws InterruptedException {
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new));
    try {
      all.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException stillAlive) {
      log.debug("processes {} are still alive", processes);
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for the end of a process failed", e);
    }
  }

  private void unmountBelow(Path folder) {
    List<Path> found = new ArrayList<>();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/mountinfo"))) {
      lines
          .map(EngineRemains::mountPoint)
          .filter(point -> isBelow(point, folder))
          .forEach(found::add);
    } catch (IOException e) {
      log.warn("cannot list the mounts left below {}", folder, e);
    }
    // Later lines may lie on earlier ones.
    found.reversed().forEach(this::detach);
  }

  private void detach(Path point) {
    try {
      mounts.detach(point);
    } catch (LinuxException e) {
      log.warn("cannot unmount what the Docker Engine left at {}: {}", point, e.getMessage());
    }
  }

  private Path execRoot() {
    return runDirectory.resolve("exec");
  }

  private static boolean isBelow(Path point, Path folder) {
    return point.startsWith(folder) && !point.equals(folder);
  }

  /** The fifth field of a mountinfo line, its octal escapes (blank, tab, backslash) undone. */
  static Path mountPoint(String line) {
    String escaped = line.split(" ", 6)[4];
    StringBuilder path = new StringBuilder(escaped.length());
    for (int i = 0; i < escaped.length(); i++) {
      char c = escaped.charAt(i);
      if (c == '\\' && i + 3 < escaped.length()) {
        path.append((char) Integer.parseInt(escaped.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        path.append(c);
      }
    }
    return Path.of(path.toString());
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      log.warn("cannot delete {}, left by a Docker Engine: {}", file, e.getMessage());
    }
  }

  private static void deleteTree(Path folder) {
    try {
      FileTrees.delete(folder);
    } catch (IOException e) {
      log.warn("cannot clear {}, left by a Docker Engine: {}", folder, e.getMessage());
    }
  }
}
