package io.keelson.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnifiedCgroupTest {
  private static final String MEMORY_STAT =
      """
      anon 10485760
      file 6291456
      kernel 409600
      kernel_stack 32768
      sock 0
      shmem 0
      file_mapped 1048576
      inactive_anon 10452992
      active_anon 4096
      inactive_file 4194304
      active_file 2097152
      slab 253952
      pgfault 7171
      pgmajfault 17
      workingset_refault_anon 0
      """;

  @TempDir private Path folder;
  private CgroupTree tree;

  @BeforeEach
  void makeATree() throws IOException {
    tree =
        CgroupTree.unified(folder)
            .file("pod/4f2a/cgroup.procs", "812\n900\n")
            .file(
                "pod/4f2a/cpu.stat",
                """
                usage_usec 2500000
                user_usec 2000000
                system_usec 500000
                core_sched.force_idle_usec 0
                nr_periods 40
                nr_throttled 12
                throttled_usec 350000
                nr_bursts 0
                burst_usec 0
                """)
            .file("pod/4f2a/memory.current", "17825792\n")
            .file("pod/4f2a/memory.stat", MEMORY_STAT);
  }

  private Cgroup cgroup() throws IOException {
    return tree.container("/pod/4f2a");
  }

  @Test
  void tellsCpuTime() throws IOException {
    assertThat(cgroup().cpuNanos()).hasValue(2_500_000_000L);
    assertThat(cgroup().cpuTimes())
        .contains(new CpuTimes(2_000_000_000L, 500_000_000L, 40, 12, 350_000_000L));
  }

  @Test
  void theWorkingSetLeavesOutThePageCacheThatIsDroppedFirst() throws IOException {
    MemoryUsage memory = cgroup().memory().orElseThrow();

    assertThat(memory)
        .isEqualTo(
            new MemoryUsage(17825792, 10485760, 6291456, 1048576, 2097152, 4194304, 0, 7171, 17));
    assertThat(memory.workingSetBytes()).isEqualTo(17825792 - 4194304);
  }

  @Test
  void theWorkingSetIsNeverNegative() throws IOException {
    tree.file("pod/4f2a/memory.current", "4096\n");

    assertThat(cgroup().memory().orElseThrow().workingSetBytes()).isZero();
  }

  @Test
  void tellsSwapAndLimits() throws IOException {
    tree.file("pod/4f2a/memory.swap.current", "8192\n")
        .file("pod/4f2a/memory.max", "67108864\n")
        .file("pod/4f2a/memory.swap.max", "max\n")
        .file("pod/4f2a/memory.low", "1048576\n");

    assertThat(cgroup().memory().orElseThrow().swapBytes()).isEqualTo(8192);
    assertThat(cgroup().memoryLimits())
        .contains(new MemoryLimits(67108864, MemoryLimits.UNLIMITED));
    assertThat(cgroup().memoryReservation()).hasValue(1048576);
  }

  @Test
  void tellsWhatTheCpuQuotaIs() throws IOException {
    tree.file("pod/4f2a/cpu.weight", "39\n").file("pod/4f2a/cpu.max", "20000 100000\n");
    assertThat(cgroup().cpuLimits()).contains(new CpuLimits(998, 100_000, 20_000));

    tree.file("pod/4f2a/cpu.max", "max 100000\n");
    assertThat(cgroup().cpuLimits()).contains(new CpuLimits(998, 100_000, -1));
  }

  @Test
  void tellsHowOftenMemoryRanShort() throws IOException {
    tree.file("pod/4f2a/memory.events", "low 0\nhigh 0\nmax 31\noom 2\noom_kill 1\n")
        .file("pod/4f2a/memory.peak", "60000000\n");

    assertThat(cgroup().memoryEvents()).contains(new MemoryEvents(60_000_000, 409_600, 31, 1));
  }

  @Test
  void tellsPressure() throws IOException {
    tree.file(
        "pod/4f2a/memory.pressure",
        """
        some avg10=1.53 avg60=0.87 avg300=0.17 total=123456
        full avg10=0.50 avg60=0.25 avg300=0.05 total=654
        """);

    assertThat(cgroup().pressure(Resource.MEMORY))
        .contains(
            new Pressure(
                new Pressure.Stall(123456, 1.53, 0.87, 0.17),
                new Pressure.Stall(654, 0.5, 0.25, 0.05)));
    assertThat(cgroup().pressure(Resource.IO)).isEmpty();
  }

  @Test
  void tellsTasksAndProcesses() throws IOException {
    tree.file("pod/4f2a/pids.current", "5\n").file("pod/4f2a/pids.max", "max\n");

    assertThat(cgroup().tasks()).hasValue(5);
    assertThat(cgroup().taskLimit()).isEmpty();
    assertThat(cgroup().processes()).containsExactly(812L, 900L);
  }

  @Test
  void doesNotReadProcessesWithoutEnd() throws IOException {
    tree.file(
        "pod/4f2a/cgroup.procs",
        LongStream.range(1, 10_000).mapToObj(Long::toString).collect(Collectors.joining("\n")));

    assertThat(cgroup().processes()).hasSize(Cgroup.PROCESS_LIMIT);
  }

  @Test
  void tellsTheTrafficOfEachDevice() throws IOException {
    tree.file(
        "pod/4f2a/io.stat",
        """
        254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0
        7:0
        garbage
        253:1 rbytes=512 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
        """);

    assertThat(cgroup().io())
        .containsExactly(
            new DeviceIo(254, 0, 4096, 8192, 1, 2), new DeviceIo(253, 1, 512, 0, 1, 0));
  }

  @Test
  void tellsHugePagesOfEachSize() throws IOException {
    tree.file("pod/4f2a/hugetlb.2MB.current", "4194304\n")
        .file("pod/4f2a/hugetlb.2MB.rsvd.current", "0\n")
        .file("pod/4f2a/hugetlb.1GB.current", "0\n");

    assertThat(cgroup().hugePages())
        .containsExactlyInAnyOrder(
            new HugePageUsage("2MB", 4194304, 0), new HugePageUsage("1GB", 0, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "garbage", "usage_usec\n", "usage_usec x\n", "xusage_usec 5\n"})
  void aFileThatSaysSomethingElseGivesNoFigure(String text) throws IOException {
    for (String name :
        new String[] {"cpu.stat", "memory.current", "pids.current", "cpu.pressure", "io.stat"}) {
      tree.file("pod/4f2a/" + name, text);
    }

    assertThat(cgroup().cpuNanos()).isEmpty();
    assertThat(cgroup().cpuTimes()).isEmpty();
    assertThat(cgroup().memory()).isEmpty();
    assertThat(cgroup().tasks()).isEmpty();
    assertThat(cgroup().pressure(Resource.CPU)).isEmpty();
    assertThat(cgroup().io()).isEmpty();
  }

  @Test
  void aGroupThatVanishesGivesNoFigures() throws IOException {
    Cgroup cgroup = cgroup();
    for (String name : new String[] {"cgroup.procs", "cpu.stat", "memory.current", "memory.stat"}) {
      Files.delete(folder.resolve("pod/4f2a").resolve(name));
    }

    assertThat(cgroup.cpuNanos()).isEmpty();
    assertThat(cgroup.cpuLimits()).isEmpty();
    assertThat(cgroup.memory()).isEmpty();
    assertThat(cgroup.memoryLimits()).isEmpty();
    assertThat(cgroup.memoryEvents()).isEmpty();
    assertThat(cgroup.processes()).isEmpty();
    assertThat(cgroup.hugePages()).isEmpty();
  }

  @Test
  void aGroupOfWhichHalfIsGoneGivesNoHalfFigures() throws IOException {
    Files.delete(folder.resolve("pod/4f2a/memory.stat"));

    assertThat(cgroup().memory()).isEmpty();
    assertThat(cgroup().cpuNanos()).isPresent();
  }
}
