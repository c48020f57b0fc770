package io.keelson.runtime.docker.stats;

import io.keelson.linux.cgroup.Cgroup;
import io.keelson.linux.cgroup.MemoryLimits;
import io.keelson.linux.cgroup.Pressure;
import io.keelson.linux.cgroup.Resource;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.CpuUsage;
import io.keelson.runtime.v1.IoUsage;
import io.keelson.runtime.v1.MemoryUsage;
import io.keelson.runtime.v1.PsiData;
import io.keelson.runtime.v1.PsiStats;
import io.keelson.runtime.v1.SwapUsage;
import io.keelson.runtime.v1.UInt64Value;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a cgroup used at one moment.
 *
 * @param figures CPU, memory, swap and pressure on I/O, as far as the kernel counts them
 */
record Usage(ContainerStats figures) {
  private static final long NANOS_IN_MICRO = 1000;

  /**
   * The beginning of the window that the CPU's load is averaged over.
   *
   * @param at nanoseconds since the Unix epoch
   * @param cpuNanos CPU time used until then
   */
  record WindowStart(long at, long cpuNanos) {}

  /**
   * Reads a group.
   *
   * @param at the time, in nanoseconds since the Unix epoch
   * @return empty when the group is gone
   */
  static Optional<Usage> read(Cgroup cgroup, long at, WindowStart start) {
    OptionalLong nanos = cgroup.cpuNanos();
    if (nanos.isEmpty()) {
      return Optional.empty();
    }
    ContainerStats.Builder figures =
        ContainerStats.newBuilder().setCpu(cpu(cgroup, at, nanos.getAsLong(), start));
    MemoryLimits limits = cgroup.memoryLimits().orElse(null);
    cgroup
        .memory()
        .ifPresent(read ->
            figures.setMemory(memory(cgroup, at, read, limits)).setSwap(swap(at, read, limits)));
    cgroup
        .pressure(Resource.IO)
        .ifPresent(p -> figures.setIo(IoUsage.newBuilder().setTimestamp(at).setPsi(psi(p))));
    return Optional.of(new Usage(figures.build()));
  }

  private static CpuUsage cpu(Cgroup cgroup, long at, long nanos, WindowStart start) {
    CpuUsage.Builder cpu =
        CpuUsage.newBuilder().setTimestamp(at).setUsageCoreNanoSeconds(value(nanos));
    double window = at - start.at();
    // The wall clock may have been set back.
    if (window > 0) {
      double load = Math.max(0, nanos - start.cpuNanos()) / window;
      cpu.setUsageNanoCores(value(Math.round(load * EpochNanos.IN_SECOND)));
    }
    cgroup.pressure(Resource.CPU).ifPresent(p -> cpu.setPsi(psi(p)));
    return cpu.build();
  }

  private static MemoryUsage memory(
      Cgroup cgroup,
      long at,
      io.keelson.linux.cgroup.MemoryUsage read,
      @Nullable MemoryLimits limits) {
    long workingSet = read.workingSetBytes();
    MemoryUsage.Builder memory =
        MemoryUsage.newBuilder()
            .setTimestamp(at)
            .setUsageBytes(value(read.usageBytes()))
            .setWorkingSetBytes(value(workingSet))
            .setRssBytes(value(read.anonymousBytes()))
            .setPageFaults(value(read.pageFaults()))
            .setMajorPageFaults(value(read.majorPageFaults()));
    if (limits != null && limits.memoryBytes() != MemoryLimits.UNLIMITED) {
      memory.setAvailableBytes(value(Math.max(0, limits.memoryBytes() - workingSet)));
    }
    cgroup.pressure(Resource.MEMORY).ifPresent(p -> memory.setPsi(psi(p)));
    return memory.build();
  }

  private static SwapUsage swap(
      long at, io.keelson.linux.cgroup.MemoryUsage read, @Nullable MemoryLimits limits) {
    SwapUsage.Builder swap =
        SwapUsage.newBuilder().setTimestamp(at).setSwapUsageBytes(value(read.swapBytes()));
    if (limits != null && limits.swapBytes() != MemoryLimits.UNLIMITED) {
      swap.setSwapAvailableBytes(value(Math.max(0, limits.swapBytes() - read.swapBytes())));
    }
    return swap.build();
  }

  private static PsiStats psi(Pressure pressure) {
    return PsiStats.newBuilder()
        .setSome(psi(pressure.some()))
        .setFull(psi(pressure.full()))
        .build();
  }

  private static PsiData psi(Pressure.Stall stall) {
    return PsiData.newBuilder()
        .setTotal(stall.totalMicros() * NANOS_IN_MICRO)
        .setAvg10(stall.avg10())
        .setAvg60(stall.avg60())
        .setAvg300(stall.avg300())
        .build();
  }

  /** What several groups use together; of pressure and of what is available there is no sum. */
  static Usage sum(long at, List<Usage> parts) {
    ContainerStats.Builder figures = ContainerStats.newBuilder();
    figures
        .getCpuBuilder()
        .setTimestamp(at)
        .setUsageCoreNanoSeconds(sum(parts, f -> f.getCpu().getUsageCoreNanoSeconds()))
        .setUsageNanoCores(sum(parts, f -> f.getCpu().getUsageNanoCores()));
    if (parts.stream().anyMatch(u -> u.figures().hasMemory())) {
      figures
          .getMemoryBuilder()
          .setTimestamp(at)
          .setUsageBytes(sum(parts, f -> f.getMemory().getUsageBytes()))
          .setWorkingSetBytes(sum(parts, f -> f.getMemory().getWorkingSetBytes()))
          .setRssBytes(sum(parts, f -> f.getMemory().getRssBytes()))
          .setPageFaults(sum(parts, f -> f.getMemory().getPageFaults()))
          .setMajorPageFaults(sum(parts, f -> f.getMemory().getMajorPageFaults()));
    }
    return new Usage(figures.build());
  }

  private static UInt64Value sum(List<Usage> parts, Function<ContainerStats, UInt64Value> figure) {
    return value(parts.stream().mapToLong(u -> figure.apply(u.figures()).getValue()).sum());
  }

  static UInt64Value value(long number) {
    return UInt64Value.newBuilder().setValue(number).build();
  }

  /** When it was read, in nanoseconds since the Unix epoch. */
  long at() {
    return figures.getCpu().getTimestamp();
  }

  /** The beginning of the window that ends with the next reading. */
  WindowStart windowStart() {
    return new WindowStart(at(), figures.getCpu().getUsageCoreNanoSeconds().getValue());
  }
}
