package io.keelson.linux.cgroup;

import static io.keelson.linux.cgroup.KernelFile.keyed;
import static io.keelson.linux.cgroup.KernelFile.keyedOrZero;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A group of version 1: a directory for each controller. Pressure comes from the version 2
 * hierarchy that many machines mount beside, when the group is in that too.
 */
final class LegacyCgroup implements Cgroup {

  /** The controllers that are read, and the hierarchy beside them. */
  enum Controller {
    CPU,
    CPUACCT,
    MEMORY,
    PIDS,
    BLKIO,
    HUGETLB,
    UNIFIED
  }

  private static final String BYTES = "blkio.throttle.io_service_bytes";
  private static final String OPERATIONS = "blkio.throttle.io_serviced";
  private static final String RECURSIVE = "_recursive";
  private static final long NANOS_IN_TICK = 10_000_000;

  /** Below a file, so that nothing is ever found there. */
  private static final Path NOT_MOUNTED = Path.of("/dev/null");

  private final Map<Controller, Path> directories;

  LegacyCgroup(Map<Controller, Path> directories) {
    this.directories = Map.copyOf(directories);
  }

  private Path file(Controller controller, String name) {
    return directories.getOrDefault(controller, NOT_MOUNTED).resolve(name);
  }

  @Override
  public OptionalLong cpuNanos() {
    return KernelFile.number(file(Controller.CPUACCT, "cpuacct.usage"));
  }

  @Override
  public Optional<CpuTimes> cpuTimes() {
    Optional<String> stat = KernelFile.read(file(Controller.CPUACCT, "cpuacct.stat"));
    if (stat.isEmpty() || keyed(stat.get(), "user") < 0) {
      return Optional.empty();
    }
    String cpu = KernelFile.read(file(Controller.CPU, "cpu.stat")).orElse("");
    return Optional.of(
        new CpuTimes(
            keyedOrZero(stat.get(), "user") * NANOS_IN_TICK,
            keyedOrZero(stat.get(), "system") * NANOS_IN_TICK,
            keyedOrZero(cpu, "nr_periods"),
            keyedOrZero(cpu, "nr_throttled"),
            keyedOrZero(cpu, "throttled_time")));
  }

  @Override
  public Optional<CpuLimits> cpuLimits() {
    OptionalLong shares = KernelFile.number(file(Controller.CPU, "cpu.shares"));
    if (shares.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new CpuLimits(
            shares.getAsLong(),
            KernelFile.number(file(Controller.CPU, "cpu.cfs_period_us")).orElse(0),
            KernelFile.number(file(Controller.CPU, "cpu.cfs_quota_us")).orElse(-1)));
  }

  @Override
  public Optional<MemoryUsage> memory() {
    OptionalLong usage = KernelFile.number(file(Controller.MEMORY, "memory.usage_in_bytes"));
    Optional<String> stat = KernelFile.read(file(Controller.MEMORY, "memory.stat"));
    if (usage.isEmpty() || stat.isEmpty() || keyed(stat.get(), "total_rss") < 0) {
      return Optional.empty();
    }
    String text = stat.get();
    return Optional.of(
        new MemoryUsage(
            usage.getAsLong(),
            keyedOrZero(text, "total_rss"),
            keyedOrZero(text, "total_cache"),
            keyedOrZero(text, "total_mapped_file"),
            keyedOrZero(text, "total_active_file"),
            keyedOrZero(text, "total_inactive_file"),
            keyedOrZero(text, "total_swap"),
            keyedOrZero(text, "total_pgfault"),
            keyedOrZero(text, "total_pgmajfault")));
  }

  @Override
  public Optional<MemoryLimits> memoryLimits() {
    OptionalLong memory = KernelFile.limit(file(Controller.MEMORY, "memory.limit_in_bytes"));
    if (memory.isEmpty()) {
      return Optional.empty();
    }
    OptionalLong both = KernelFile.limit(file(Controller.MEMORY, "memory.memsw.limit_in_bytes"));
    return Optional.of(
        new MemoryLimits(
            memory.getAsLong(),
            both.isEmpty() ? 0 : swapLimit(memory.getAsLong(), both.getAsLong())));
  }

  @Override
  public OptionalLong memoryReservation() {
    OptionalLong soft = KernelFile.limit(file(Controller.MEMORY, "memory.soft_limit_in_bytes"));
    return soft.equals(OptionalLong.of(MemoryLimits.UNLIMITED)) ? OptionalLong.of(0) : soft;
  }

  /** Version 1 limits memory and swap together. */
  private static long swapLimit(long memory, long both) {
    return both == MemoryLimits.UNLIMITED ? MemoryLimits.UNLIMITED : Math.max(0, both - memory);
  }

  @Override
  public Optional<MemoryEvents> memoryEvents() {
    OptionalLong hits = KernelFile.number(file(Controller.MEMORY, "memory.failcnt"));
    if (hits.isEmpty()) {
      return Optional.empty();
    }
    String oom = KernelFile.read(file(Controller.MEMORY, "memory.oom_control")).orElse("");
    return Optional.of(
        new MemoryEvents(
            KernelFile.number(file(Controller.MEMORY, "memory.max_usage_in_bytes")).orElse(0),
            KernelFile.number(file(Controller.MEMORY, "memory.kmem.usage_in_bytes")).orElse(0),
            hits.getAsLong(),
            keyedOrZero(oom, "oom_kill")));
  }

  @Override
  public OptionalLong tasks() {
    return KernelFile.number(file(Controller.PIDS, "pids.current"));
  }

  @Override
  public OptionalLong taskLimit() {
    return KernelFile.number(file(Controller.PIDS, "pids.max"));
  }

  @Override
  public List<Long> processes() {
    List<Long> found = Processes.in(file(Controller.MEMORY, Processes.FILE));
    return found.isEmpty() ? Processes.in(file(Controller.PIDS, Processes.FILE)) : found;
  }

  @Override
  public Optional<Pressure> pressure(Resource resource) {
    return PressureFile.read(file(Controller.UNIFIED, resource.pressureFile()));
  }

  @Override
  public List<DeviceIo> io() {
    Map<String, DeviceIo> devices = new LinkedHashMap<>();
    for (String line : blkio(BYTES)) {
      add(devices, line, true);
    }
    for (String line : blkio(OPERATIONS)) {
      add(devices, line, false);
    }
    return List.copyOf(devices.values());
  }

  /** Linux before 4.17 counts each group for itself. */
  private List<String> blkio(String name) {
    return KernelFile.read(file(Controller.BLKIO, name + RECURSIVE))
        .or(() -> KernelFile.read(file(Controller.BLKIO, name)))
        .map(text -> text.lines().toList())
        .orElse(List.of());
  }

  /** Adds a line {@code 254:0 Read 4096} of either file. */
  private static void add(Map<String, DeviceIo> devices, String line, boolean bytes) {
    String[] fields = line.split(" ", -1);
    String[] numbers = fields[0].split(":", -1);
    if (fields.length != 3 || numbers.length != 2) {
      // The last line is the sum of all.
      return;
    }
    OptionalLong major = KernelFile.parse(numbers[0]);
    OptionalLong minor = KernelFile.parse(numbers[1]);
    OptionalLong value = KernelFile.parse(fields[2]);
    boolean read = fields[1].equals("Read");
    if (major.isPresent()
        && minor.isPresent()
        && value.isPresent()
        && (read || fields[1].equals("Write"))) {
      long count = value.getAsLong();
      devices.merge(
          fields[0],
          new DeviceIo(
              (int) major.getAsLong(),
              (int) minor.getAsLong(),
              bytes && read ? count : 0,
              bytes && !read ? count : 0,
              !bytes && read ? count : 0,
              !bytes && !read ? count : 0),
          LegacyCgroup::sum);
    }
  }

  private static DeviceIo sum(DeviceIo a, DeviceIo b) {
    return new DeviceIo(
        a.major(),
        a.minor(),
        a.readBytes() + b.readBytes(),
        a.writtenBytes() + b.writtenBytes(),
        a.reads() + b.reads(),
        a.writes() + b.writes());
  }

  @Override
  public List<HugePageUsage> hugePages() {
    return HugePageFiles.in(
        directories.getOrDefault(Controller.HUGETLB, NOT_MOUNTED),
        "usage_in_bytes",
        "max_usage_in_bytes");
  }

  @Override
  public void set(String file, String value) {
    throw new UnsupportedOperationException(file + " is of cgroup version 2, this machine has 1");
  }

  @Override
  public void limitHugePages(String size, long bytes) throws IOException {
    HugePageFiles.limit(
        directories.getOrDefault(Controller.HUGETLB, NOT_MOUNTED), size, "limit_in_bytes", bytes);
  }
}
