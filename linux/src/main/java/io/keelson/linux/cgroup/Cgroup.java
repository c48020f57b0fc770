package io.keelson.linux.cgroup;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One control group. Each method for a figure reads the kernel's files anew and returns nothing for
 * one that cannot be had: the controller is not mounted, this kernel does not keep the figure, its
 * file says something unexpected, or the group is gone. Nothing is thrown: a group may vanish
 * between two reads, and that is no error of the reader's.
 *
 * <p>Figures include those of child groups. Thread-safe; reads do not wait for other processes.
 */
public sealed interface Cgroup permits LegacyCgroup, UnifiedCgroup {

  /** Most processes {@link #processes} tells of. */
  int PROCESS_LIMIT = 4096;

  /** CPU time its tasks have used on all CPUs, in nanoseconds. */
  OptionalLong cpuNanos();

  /** How the CPU time divides, and how often the quota held the tasks up. */
  Optional<CpuTimes> cpuTimes();

  /** CPU shares and quota it was given. */
  Optional<CpuLimits> cpuLimits();

  /** Memory in use. */
  Optional<MemoryUsage> memory();

  /** Memory and swap it may use. */
  Optional<MemoryLimits> memoryLimits();

  /** Memory kept for it when the machine runs short, in bytes; 0 for none. */
  OptionalLong memoryReservation();

  /** How often memory ran short. */
  Optional<MemoryEvents> memoryEvents();

  /** Tasks in it, which are threads, not processes. */
  OptionalLong tasks();

  /** The most tasks it may have; empty when there is no limit. */
  OptionalLong taskLimit();

  /** Ids of its own processes, at most {@link #PROCESS_LIMIT}, without those of child groups. */
  List<Long> processes();

  /** Time lost waiting for a resource. */
  Optional<Pressure> pressure(Resource resource);

  /** What it has read from and written to each block device. */
  List<DeviceIo> io();

  /** Huge pages in use, for each size of them. */
  List<HugePageUsage> hugePages();

  /**
   * Sets one of its files.
   *
   * @param file as version 2 names it, such as {@code memory.high}
   * @param value as the kernel takes it
   * @throws IOException when the kernel has no such file, refuses the value, or has lost the group
   * @throws UnsupportedOperationException for a group of version 1
   */
  void set(String file, String value) throws IOException;

  /**
   * Limits the huge pages of one size, and their reservations where the kernel counts them.
   *
   * @param size as files are named after it, such as {@code 2MB}
   * @throws IOException as for {@link #set}
   */
  void limitHugePages(String size, long bytes) throws IOException;
}
