package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.HostConfig;
import io.keelson.linux.Capabilities;
import io.keelson.linux.Capability;
import io.keelson.runtime.v1.LinuxContainerResources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Turns CRI resource limits into the engine's. */
final class ResourceOptions {
  private static final int HIGHEST_OOM_SCORE_ADJ = 1000;

  private final int lowestOomScoreAdj;

  /**
   * Creates the mapping.
   *
   * @param lowestOomScoreAdj a score below this one is raised to it
   */
  ResourceOptions(int lowestOomScoreAdj) {
    this.lowestOomScoreAdj = lowestOomScoreAdj;
  }

  /** The mapping for this machine: without CAP_SYS_RESOURCE no score can be lowered. */
  static ResourceOptions ofThisMachine() {
    if (Capabilities.ofThisProcess().has(Capability.SYS_RESOURCE)) {
      return new ResourceOptions(-1000);
    }
    Path own = Path.of("/proc/self/oom_score_adj");
    try {
      return new ResourceOptions(Integer.parseInt(Files.readString(own).strip()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + own, e);
    }
  }

  /** The lowest OOM score that can be given here. */
  int lowestOomScoreAdj() {
    return lowestOomScoreAdj;
  }

  /** The OOM score a process gets when {@code wanted} is asked for: the nearest there can be. */
  int oomScoreAdj(long wanted) {
    return Math.clamp(wanted, lowestOomScoreAdj, HIGHEST_OOM_SCORE_ADJ);
  }

  /**
   * Sets the limits the engine knows of; fields that are zero or empty stay its default. For the
   * others see {@link CgroupLimits}.
   */
  void apply(LinuxContainerResources resources, HostConfig host) {
    if (resources.getCpuShares() != 0) {
      host.withCpuShares(Math.toIntExact(resources.getCpuShares()));
    }
    if (resources.getCpuQuota() != 0) {
      host.withCpuQuota(resources.getCpuQuota());
    }
    if (resources.getCpuPeriod() != 0) {
      host.withCpuPeriod(resources.getCpuPeriod());
    }
    if (!resources.getCpusetCpus().isEmpty()) {
      host.withCpusetCpus(resources.getCpusetCpus());
    }
    if (!resources.getCpusetMems().isEmpty()) {
      host.withCpusetMems(resources.getCpusetMems());
    }
    long memory = resources.getMemoryLimitInBytes();
    if (memory != 0) {
      host.withMemory(memory);
      host.withMemorySwap(memoryAndSwap(resources));
    }
    host.withOomScoreAdj(oomScoreAdj(resources.getOomScoreAdj()));
  }

  /** What both may come to; left alone, the engine would allow as much swap again as memory. */
  static long memoryAndSwap(LinuxContainerResources resources) {
    long both = resources.getMemorySwapLimitInBytes();
    return both == 0 ? resources.getMemoryLimitInBytes() : both;
  }
}
