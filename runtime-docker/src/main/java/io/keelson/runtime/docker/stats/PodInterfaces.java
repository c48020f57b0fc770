package io.keelson.runtime.docker.stats;

import io.keelson.linux.InterfaceCounters;
import io.keelson.linux.cgroup.Cgroups;
import java.nio.file.Path;
import java.util.List;

/** The network interfaces of a pod. */
final class PodInterfaces {
  /** What pod networks call the interface they make. */
  static final String DEFAULT = "eth0";

  private static final String LOOPBACK = "lo";

  private PodInterfaces() {}

  /**
   * Every interface but the loopback.
   *
   * @param process directory of the pause container's process
   * @return none when that has ended
   */
  static List<InterfaceCounters> read(Path process, String podId, Cgroups cgroups) {
    List<InterfaceCounters> interfaces = InterfaceCounters.ofProcess(process);
    // Asked afterwards: as long as it is the pod's process, its number was not another's before.
    return cgroups.ofContainer(process, podId).isPresent()
        ? interfaces.stream().filter(i -> !i.name().equals(LOOPBACK)).toList()
        : List.of();
  }
}
