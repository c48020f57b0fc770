package io.keelson.runtime.docker;

import io.keelson.linux.cgroup.Cgroup;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.HugepageLimit;
import io.keelson.runtime.v1.LinuxContainerResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The limits the engine has no word for: they are set in a container's cgroup as soon as there is
 * one. Repeatable, and thread-safe.
 */
final class CgroupLimits {
  private final Cgroups cgroups;
  private final Path processes;

  /**
   * Sets limits on a machine.
   *
   * @param processes where its processes are, {@code /proc}
   */
  CgroupLimits(Cgroups cgroups, Path processes) {
    this.cgroups = cgroups;
    this.processes = processes;
  }

  /**
   * Refuses what this machine cannot limit.
   *
   * @throws CriException {@code FAILED_PRECONDITION} naming the field
   */
  void requirePossible(LinuxContainerResources limits) {
    if (limits.getUnifiedCount() > 0 && !cgroups.areUnified()) {
      throw CriException.failedPrecondition(
          "linux.resources.unified needs cgroup v2, and this machine has v1; leave it empty, or"
              + " boot with systemd.unified_cgroup_hierarchy=1");
    }
    for (HugepageLimit limit : limits.getHugepageLimitsList()) {
      if (limit.getLimit() != 0 && !cgroups.limitHugePages()) {
        throw CriException.failedPrecondition(
            "linux.resources.hugepage_limits of %s needs the cgroup controller hugetlb, which is not"
                    .formatted(limit.getPageSize())
                + " on; mount or enable it");
      }
    }
  }

  /**
   * Sets a container's limits; those it does not name stay as they are, and nothing happens when
   * the container has ended already.
   *
   * @param id the container's
   * @param pid of its first process, 0 when it has none
   * @throws CriException {@code FAILED_PRECONDITION} when the kernel refuses one
   */
  void set(String id, long pid, LinuxContainerResources limits) {
    boolean none =
        limits.getUnifiedCount() == 0
            && (limits.getHugepageLimitsCount() == 0 || !cgroups.limitHugePages());
    if (pid == 0 || none) {
      return;
    }
    Path process = processes.resolve(Long.toString(pid));
    try {
      Optional<Cgroup> cgroup = cgroups.ofContainer(process, id);
      if (cgroup.isEmpty()) {
        throw new IOException("its cgroup is not found by " + process.resolve("cgroup"));
      }
      set(cgroup.get(), limits);
    } catch (IOException e) {
      if (runs(process)) {
        throw CriException.failedPrecondition(
            "cannot set the limits of container '%s': %s".formatted(id, e.getMessage()));
      }
    }
  }

  /** Whether a process has not ended; one that has is there until somebody has waited for it. */
  private static boolean runs(Path process) {
    try {
      String stat = Files.readString(process.resolve("stat"));
      // The name before may hold anything, brackets and spaces too.
      char state = stat.charAt(stat.lastIndexOf(')') + 2);
      return state != 'Z' && state != 'X';
    } catch (IOException | StringIndexOutOfBoundsException e) {
      return false;
    }
  }

  private void set(Cgroup cgroup, LinuxContainerResources limits) throws IOException {
    if (cgroups.limitHugePages()) {
      for (HugepageLimit limit : limits.getHugepageLimitsList()) {
        cgroup.limitHugePages(limit.getPageSize(), limit.getLimit());
      }
    }
    for (Map.Entry<String, String> file : limits.getUnifiedMap().entrySet()) {
      cgroup.set(file.getKey(), file.getValue());
    }
  }
}
