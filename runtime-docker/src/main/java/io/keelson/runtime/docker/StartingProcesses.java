package io.keelson.runtime.docker;

import io.keelson.linux.cgroup.Cgroups;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the process of a container that the engine is still starting, by its cgroup. The engine
 * tells of a process only when the start is over, a good part of which comes after the process has
 * got its namespaces.
 *
 * <p>Where the engine keeps its cgroups elsewhere, as in a container of its own, nothing is found.
 */
final class StartingProcesses {
  private static final List<String> CONTROLLERS = List.of("pids", "memory", "devices", "freezer");
  private static final String SLICE = ".slice";

  private final Path processes;
  private final Path hierarchy;

  /**
   * Looks at a machine.
   *
   * @param cgroups where its cgroups are mounted, {@code /sys/fs/cgroup}
   * @param processes where its processes are, {@code /proc}
   */
  StartingProcesses(Path cgroups, Path processes) {
    this.processes = processes;
    this.hierarchy =
        Files.exists(cgroups.resolve("cgroup.controllers"))
            ? cgroups
            : CONTROLLERS.stream()
                .map(cgroups::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(cgroups);
  }

  /**
   * A process in a network namespace.
   *
   * @param pid its number
   * @param namespace the inode of the namespace
   */
  record Found(long pid, long namespace) {}

  /**
   * A process of a container that has a network namespace of its own already.
   *
   * @param id the container's
   * @param cgroupParent as the engine was told, empty for the engine's own choice
   */
  Optional<Found> withOwnNetwork(String id, String cgroupParent) {
    return cgroups(id, cgroupParent)
        .flatMap(cgroup -> pids(cgroup.resolve("cgroup.procs")).stream())
        .flatMap(pid -> ownNetwork(pid).stream())
        .findFirst();
  }

  private Stream<Path> cgroups(String id, String cgroupParent) {
    String scope = "docker-" + id + ".scope";
    if (cgroupParent.isEmpty()) {
      return Stream.of(
          hierarchy.resolve("docker").resolve(id),
          hierarchy.resolve("system.slice").resolve(scope));
    }
    Path parent = hierarchy.resolve(Cgroups.pathOf(cgroupParent).replaceFirst("^/+", ""));
    return Stream.of(parent.resolve(cgroupParent.endsWith(SLICE) ? scope : id));
  }

  private static List<Long> pids(Path file) {
    try {
      return Files.readAllLines(file).stream().map(Long::valueOf).toList();
    } catch (IOException | NumberFormatException e) {
      // Not there yet.
      return List.of();
    }
  }

  /** Its namespace, once it differs from that of the process that made it. */
  private Optional<Found> ownNetwork(long pid) {
    try {
      String stat = Files.readString(process(pid).resolve("stat"));
      // The name before may hold anything, brackets and spaces too; the state comes in between.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
      long own = namespace(pid);
      return own == namespace(Long.parseLong(fields[1]))
          ? Optional.empty()
          : Optional.of(new Found(pid, own));
    } catch (IOException | RuntimeException e) {
      // It has ended meanwhile.
      return Optional.empty();
    }
  }

  private long namespace(long pid) throws IOException {
    String link = Files.readSymbolicLink(process(pid).resolve("ns/net")).toString();
    return Long.parseLong(link.substring(link.indexOf('[') + 1, link.length() - 1));
  }

  private Path process(long pid) {
    return processes.resolve(Long.toString(pid));
  }
}
