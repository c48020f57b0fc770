package io.keelson.linux.cgroup;

import static io.keelson.linux.cgroup.KernelFile.keyed;
import static io.keelson.linux.cgroup.KernelFile.keyedOrZero;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A group of version 2: one directory for everything. */
final class UnifiedCgroup implements Cgroup {
  private static final long NANOS_IN_MICRO = 1000;

  private final Path directory;

  UnifiedCgroup(Path directory) {
    this.directory = directory;
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  @Override
  public OptionalLong cpuNanos() {
    long micros = KernelFile.read(file("cpu.stat")).map(s -> keyed(s, "usage_usec")).orElse(-1L);
    return micros < 0 ? OptionalLong.empty() : OptionalLong.of(micros * NANOS_IN_MICRO);
  }

  @Override
  public Optional<CpuTimes> cpuTimes() {
    return KernelFile.read(file("cpu.stat"))
        .filter(stat -> keyed(stat, "user_usec") >= 0)
        .map(stat ->
            new CpuTimes(
                keyedOrZero(stat, "user_usec") * NANOS_IN_MICRO,
                keyedOrZero(stat, "system_usec") * NANOS_IN_MICRO,
                keyedOrZero(stat, "nr_periods"),
                keyedOrZero(stat, "nr_throttled"),
                keyedOrZero(stat, "throttled_usec") * NANOS_IN_MICRO));
  }

  @Override
  public Optional<CpuLimits> cpuLimits() {
    OptionalLong weight = KernelFile.number(file("cpu.weight"));
    String[] max = KernelFile.read(file("cpu.max")).orElse("").strip().split(" ", -1);
    if (weight.isEmpty() || max.length != 2) {
      return Optional.empty();
    }
    OptionalLong period = KernelFile.parse(max[1]);
    OptionalLong quota = max[0].equals("max") ? OptionalLong.of(-1) : KernelFile.parse(max[0]);
    if (period.isEmpty() || quota.isEmpty()) {
      return Optional.empty();
    }
    // Kubernetes' conversion of 1..10000 to 2..262144, backwards.
    long shares = 2 + (weight.getAsLong() - 1) * 262142 / 9999;
    return Optional.of(new CpuLimits(shares, period.getAsLong(), quota.getAsLong()));
  }

  @Override
  public Optional<MemoryUsage> memory() {
    OptionalLong usage = KernelFile.number(file("memory.current"));
    Optional<String> stat = KernelFile.read(file("memory.stat"));
    if (usage.isEmpty() || stat.isEmpty() || keyed(stat.get(), "anon") < 0) {
      return Optional.empty();
    }
    String text = stat.get();
    return Optional.of(
        new MemoryUsage(
            usage.getAsLong(),
            keyedOrZero(text, "anon"),
            keyedOrZero(text, "file"),
            keyedOrZero(text, "file_mapped"),
            keyedOrZero(text, "active_file"),
            keyedOrZero(text, "inactive_file"),
            KernelFile.number(file("memory.swap.current")).orElse(0),
            keyedOrZero(text, "pgfault"),
            keyedOrZero(text, "pgmajfault")));
  }

  @Override
  public Optional<MemoryLimits> memoryLimits() {
    OptionalLong memory = KernelFile.limit(file("memory.max"));
    if (memory.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new MemoryLimits(memory.getAsLong(), KernelFile.limit(file("memory.swap.max")).orElse(0)));
  }

  @Override
  public OptionalLong memoryReservation() {
    return KernelFile.limit(file("memory.low"));
  }

  @Override
  public Optional<MemoryEvents> memoryEvents() {
    return KernelFile.read(file("memory.events"))
        .filter(events -> keyed(events, "oom_kill") >= 0)
        .map(events ->
            new MemoryEvents(
                KernelFile.number(file("memory.peak")).orElse(0),
                kernelBytes(),
                keyedOrZero(events, "max"),
                keyedOrZero(events, "oom_kill")));
  }

  private long kernelBytes() {
    String stat = KernelFile.read(file("memory.stat")).orElse("");
    long all = keyed(stat, "kernel");
    // Linux before 5.18 tells only the parts.
    return all >= 0 ? all : keyedOrZero(stat, "kernel_stack") + keyedOrZero(stat, "slab");
  }

  @Override
  public OptionalLong tasks() {
    return KernelFile.number(file("pids.current"));
  }

  @Override
  public OptionalLong taskLimit() {
    return KernelFile.number(file("pids.max"));
  }

  @Override
  public List<Long> processes() {
    return Processes.in(file(Processes.FILE));
  }

  @Override
  public Optional<Pressure> pressure(Resource resource) {
    return PressureFile.read(file(resource.pressureFile()));
  }

  @Override
  public List<DeviceIo> io() {
    List<DeviceIo> devices = new ArrayList<>();
    for (String line : KernelFile.lines(file("io.stat"))) {
      String[] fields = line.split(" ", -1);
      String[] numbers = fields[0].split(":", -1);
      // A device that was never touched has its number and nothing else.
      if (numbers.length == 2 && fields.length > 1) {
        OptionalLong major = KernelFile.parse(numbers[0]);
        OptionalLong minor = KernelFile.parse(numbers[1]);
        if (major.isPresent() && minor.isPresent()) {
          devices.add(
              new DeviceIo(
                  (int) major.getAsLong(),
                  (int) minor.getAsLong(),
                  counter(fields, "rbytes="),
                  counter(fields, "wbytes="),
                  counter(fields, "rios="),
                  counter(fields, "wios=")));
        }
      }
    }
    return devices;
  }

  private static long counter(String[] fields, String key) {
    for (String field : fields) {
      if (field.startsWith(key)) {
        return KernelFile.parse(field.substring(key.length())).orElse(0);
      }
    }
    return 0;
  }

  @Override
  public List<HugePageUsage> hugePages() {
    return HugePageFiles.in(directory, "current", "");
  }

  @Override
  public void set(String name, String value) throws IOException {
    KernelFile.write(file(name), value);
  }

  @Override
  public void limitHugePages(String size, long bytes) throws IOException {
    HugePageFiles.limit(directory, size, "max", bytes);
  }
}
