package io.keelson.runtime.docker.stats;

import static io.keelson.runtime.docker.stats.MetricFamily.counter;
import static io.keelson.runtime.docker.stats.MetricFamily.gauge;

import io.keelson.linux.cgroup.Cgroup;
import io.keelson.linux.cgroup.CpuLimits;
import io.keelson.linux.cgroup.CpuTimes;
import io.keelson.linux.cgroup.HugePageUsage;
import io.keelson.linux.cgroup.MemoryEvents;
import io.keelson.linux.cgroup.MemoryLimits;
import io.keelson.linux.cgroup.MemoryUsage;
import io.keelson.linux.cgroup.Pressure;
import io.keelson.linux.cgroup.Resource;
import io.keelson.runtime.docker.stats.MetricFamily.Sample;
import io.keelson.runtime.v1.MetricType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** The metrics of a container's CPU, memory and tasks, all out of its cgroup. */
final class CgroupMetrics {
  private static final long MICROS_IN_SECOND = 1_000_000;

  private CgroupMetrics() {}

  static final List<MetricGroup<Cgroup, ?>> ALL =
      List.of(
          new MetricGroup<>(
              cgroup -> boxed(cgroup.cpuNanos()),
              List.of(
                  new MetricFamily<>(
                      "container_cpu_usage_seconds_total",
                      "CPU time used, in seconds.",
                      MetricType.COUNTER,
                      List.of("cpu"),
                      nanos -> List.of(Sample.of(seconds(nanos), "total"))))),
          new MetricGroup<>(
              Cgroup::cpuTimes,
              List.<MetricFamily<CpuTimes>>of(
                  counter(
                      "container_cpu_user_seconds_total",
                      "CPU time used in programs, in seconds.",
                      times -> seconds(times.userNanos())),
                  counter(
                      "container_cpu_system_seconds_total",
                      "CPU time used in the kernel, in seconds.",
                      times -> seconds(times.systemNanos())),
                  counter(
                      "container_cpu_cfs_periods_total",
                      "Enforcement intervals of the CPU quota that have passed.",
                      CpuTimes::periods),
                  counter(
                      "container_cpu_cfs_throttled_periods_total",
                      "Enforcement intervals in which the CPU quota was used up.",
                      CpuTimes::throttledPeriods),
                  counter(
                      "container_cpu_cfs_throttled_seconds_total",
                      "Time held up by the CPU quota, in seconds.",
                      times -> seconds(times.throttledNanos())))),
          new MetricGroup<>(
              Cgroup::cpuLimits,
              List.<MetricFamily<CpuLimits>>of(
                  gauge(
                      "container_spec_cpu_period",
                      "Length of the CPU quota's enforcement interval, in microseconds.",
                      CpuLimits::periodMicros),
                  new MetricFamily<>(
                      "container_spec_cpu_quota",
                      "CPU time allowed in each enforcement interval, in microseconds.",
                      MetricType.GAUGE,
                      List.of(),
                      limits ->
                          limits.quotaMicros() < 0
                              ? List.of()
                              : List.of(Sample.of(limits.quotaMicros()))),
                  gauge(
                      "container_spec_cpu_shares",
                      "Weight among those who want the CPU.",
                      CpuLimits::shares))),
          new MetricGroup<>(
              Cgroup::memory,
              List.<MetricFamily<MemoryUsage>>of(
                  gauge(
                      "container_memory_usage_bytes",
                      "Memory in use, page cache included, in bytes.",
                      MemoryUsage::usageBytes),
                  gauge(
                      "container_memory_working_set_bytes",
                      "Memory in use without the page cache that is dropped first, in bytes.",
                      MemoryUsage::workingSetBytes),
                  gauge(
                      "container_memory_rss",
                      "Memory in use that no file is behind, in bytes.",
                      MemoryUsage::anonymousBytes),
                  gauge("container_memory_cache", "Page cache, in bytes.", MemoryUsage::cacheBytes),
                  gauge(
                      "container_memory_mapped_file",
                      "Page cache mapped into programs, in bytes.",
                      MemoryUsage::mappedFileBytes),
                  gauge("container_memory_swap", "Swap in use, in bytes.", MemoryUsage::swapBytes),
                  gauge(
                      "container_memory_total_active_file_bytes",
                      "Page cache used lately, in bytes.",
                      MemoryUsage::activeFileBytes),
                  gauge(
                      "container_memory_total_inactive_file_bytes",
                      "Page cache that is dropped first, in bytes.",
                      MemoryUsage::inactiveFileBytes),
                  new MetricFamily<>(
                      "container_memory_failures_total",
                      "Page faults.",
                      MetricType.COUNTER,
                      List.of("failure_type", "scope"),
                      // A container's cgroup has none below it as a rule: both scopes are one.
                      memory ->
                          List.of(
                              Sample.of(memory.pageFaults(), "pgfault", "container"),
                              Sample.of(memory.majorPageFaults(), "pgmajfault", "container"),
                              Sample.of(memory.pageFaults(), "pgfault", "hierarchy"),
                              Sample.of(memory.majorPageFaults(), "pgmajfault", "hierarchy"))))),
          new MetricGroup<>(
              Cgroup::memoryLimits,
              List.<MetricFamily<MemoryLimits>>of(
                  gauge(
                      "container_spec_memory_limit_bytes",
                      "Memory it may use, in bytes; 0 for no limit.",
                      limits -> limit(limits.memoryBytes())),
                  gauge(
                      "container_spec_memory_swap_limit_bytes",
                      "Swap it may use besides memory, in bytes; 0 for none and for no limit.",
                      limits -> limit(limits.swapBytes())))),
          new MetricGroup<>(
              cgroup -> boxed(cgroup.memoryReservation()),
              List.of(
                  gauge(
                      "container_spec_memory_reservation_limit_bytes",
                      "Memory kept for it when the machine runs short, in bytes; 0 for none.",
                      bytes -> bytes))),
          new MetricGroup<>(
              Cgroup::memoryEvents,
              List.<MetricFamily<MemoryEvents>>of(
                  gauge(
                      "container_memory_max_usage_bytes",
                      "The most memory ever in use, in bytes.",
                      MemoryEvents::peakBytes),
                  gauge(
                      "container_memory_kernel_usage",
                      "Memory the kernel uses for it, in bytes.",
                      MemoryEvents::kernelBytes),
                  counter(
                      "container_memory_failcnt",
                      "How often memory usage ran into its limit.",
                      MemoryEvents::limitHits),
                  counter(
                      "container_oom_events_total",
                      "Processes killed for want of memory.",
                      MemoryEvents::oomKills))),
          new MetricGroup<>(
              cgroup -> boxed(cgroup.tasks()),
              List.of(gauge("container_threads", "Threads.", tasks -> tasks))),
          new MetricGroup<>(
              cgroup -> Optional.of(cgroup.taskLimit().orElse(0)),
              List.of(
                  gauge(
                      "container_threads_max",
                      "Threads it may have; 0 for no limit.",
                      limit -> limit))),
          new MetricGroup<>(
              cgroup -> Optional.of(cgroup.hugePages()),
              List.of(
                  hugePages(
                      "container_hugetlb_usage_bytes",
                      "Huge pages in use, in bytes.",
                      HugePageUsage::usageBytes),
                  hugePages(
                      "container_hugetlb_max_usage_bytes",
                      "The most huge pages ever in use, in bytes.",
                      HugePageUsage::peakBytes))),
          pressure(Resource.CPU, "a CPU"),
          pressure(Resource.MEMORY, "memory"),
          pressure(Resource.IO, "a block device"));

  private static MetricFamily<List<HugePageUsage>> hugePages(
      String name, String help, Function<HugePageUsage, Long> figure) {
    return new MetricFamily<>(
        name,
        help,
        MetricType.GAUGE,
        List.of("pagesize"),
        sizes -> sizes.stream().map(s -> Sample.of(figure.apply(s), s.pageSize())).toList());
  }

  private static MetricGroup<Cgroup, Pressure> pressure(Resource resource, String what) {
    String prefix = "container_pressure_" + resource.name().toLowerCase(Locale.ROOT);
    return new MetricGroup<>(
        cgroup -> cgroup.pressure(resource),
        List.of(
            counter(
                prefix + "_waiting_seconds_total",
                "Time in which a task waited for " + what + ", in seconds.",
                p -> p.some().totalMicros() / MICROS_IN_SECOND),
            counter(
                prefix + "_stalled_seconds_total",
                "Time in which every task waited for " + what + ", in seconds.",
                p -> p.full().totalMicros() / MICROS_IN_SECOND)));
  }

  private static Optional<Long> boxed(OptionalLong number) {
    return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
  }

  private static long seconds(long nanos) {
    return nanos / EpochNanos.IN_SECOND;
  }

  private static long limit(long bytes) {
    return bytes == MemoryLimits.UNLIMITED ? 0 : bytes;
  }
}
