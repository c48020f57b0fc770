package io.keelson.runtime.docker.stats;

import io.keelson.linux.cgroup.Cgroup;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code /proc} tells of a container's processes.
 *
 * @param count of processes
 * @param descriptors open files, at most {@link #DESCRIPTOR_LIMIT}
 * @param sockets those of them that are sockets
 */
record ProcessFigures(long count, long descriptors, long sockets) {
  /** No more open files than this are looked at. */
  static final int DESCRIPTOR_LIMIT = 65_536;

  private static final String SOCKET = "socket:";
  private static final String OPEN_FILES = "Max open files";

  static ProcessFigures read(Cgroup cgroup, Path processes) {
    List<Long> pids = cgroup.processes();
    long descriptors = 0;
    long sockets = 0;
    for (long pid : pids) {
      try (DirectoryStream<Path> open = Files.newDirectoryStream(processes.resolve(pid + "/fd"))) {
        for (Path descriptor : open) {
          if (descriptors == DESCRIPTOR_LIMIT) {
            return new ProcessFigures(pids.size(), descriptors, sockets);
          }
          descriptors++;
          sockets += isSocket(descriptor) ? 1 : 0;
        }
      } catch (IOException | DirectoryIteratorException ended) {
        // What it had open is closed.
      }
    }
    return new ProcessFigures(pids.size(), descriptors, sockets);
  }

  private static boolean isSocket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith(SOCKET);
    } catch (IOException closed) {
      return false;
    }
  }

  /** How many files a process may open before it is told to raise the limit; empty for any. */
  static Optional<Long> openFilesLimit(Path process) {
    try {
      for (String line : Files.readAllLines(process.resolve("limits"))) {
        if (line.startsWith(OPEN_FILES)) {
          return Optional.of(
              Long.parseLong(line.substring(OPEN_FILES.length()).strip().split(" +", 2)[0]));
        }
      }
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
