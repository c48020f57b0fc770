package io.keelson.linux.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LegacyCgroupTest {
  @TempDir private Path folder;
  private CgroupTree tree;

  @BeforeEach
  void makeATree() throws IOException {
    tree =
        new CgroupTree(folder)
            .file("cpu,cpuacct/docker/4f2a/cpuacct.usage", "2500000000\n")
            .file("cpu,cpuacct/docker/4f2a/cpuacct.stat", "user 200\nsystem 50\n")
            .file(
                "cpu,cpuacct/docker/4f2a/cpu.stat",
                "nr_periods 40\nnr_throttled 12\nthrottled_time 350000000\n")
            .file("cpu,cpuacct/docker/4f2a/cpu.shares", "1024\n")
            .file("cpu,cpuacct/docker/4f2a/cpu.cfs_period_us", "100000\n")
            .file("cpu,cpuacct/docker/4f2a/cpu.cfs_quota_us", "-1\n")
            .file("memory/docker/4f2a/cgroup.procs", "812\n")
            .file("memory/docker/4f2a/memory.usage_in_bytes", "17825792\n")
            .file(
                "memory/docker/4f2a/memory.stat",
                """
                cache 6291456
                rss 10485760
                mapped_file 1048576
                swap 0
                pgfault 5000
                inactive_file 4194304
                hierarchical_memory_limit 9223372036854771712
                total_cache 6291456
                total_rss 10485760
                total_mapped_file 1048576
                total_swap 8192
                total_pgfault 7171
                total_pgmajfault 17
                total_inactive_file 4194304
                total_active_file 2097152
                """);
  }

  private Cgroup cgroup() throws IOException {
    return tree.container("/docker/4f2a");
  }

  @Test
  void tellsCpuTimeOfControllersThatAreMountedTogether() throws IOException {
    assertThat(cgroup().cpuNanos()).hasValue(2_500_000_000L);
    assertThat(cgroup().cpuTimes())
        .contains(new CpuTimes(2_000_000_000L, 500_000_000L, 40, 12, 350_000_000L));
    assertThat(cgroup().cpuLimits()).contains(new CpuLimits(1024, 100_000, -1));
  }

  @Test
  void tellsCpuTimeOfControllersThatAreMountedApart() throws IOException {
    Files.move(folder.resolve("cpu,cpuacct"), folder.resolve("cpuacct"));

    assertThat(cgroup().cpuNanos()).hasValue(2_500_000_000L);
    assertThat(cgroup().cpuLimits()).isEmpty();
  }

  @Test
  void countsTheMemoryOfChildGroupsToo() throws IOException {
    MemoryUsage memory = cgroup().memory().orElseThrow();

    assertThat(memory)
        .isEqualTo(
            new MemoryUsage(
                17825792, 10485760, 6291456, 1048576, 2097152, 4194304, 8192, 7171, 17));
    assertThat(memory.workingSetBytes()).isEqualTo(17825792 - 4194304);
  }

  @Test
  void aHugeLimitIsNone() throws IOException {
    tree.file("memory/docker/4f2a/memory.limit_in_bytes", "9223372036854771712\n")
        .file("memory/docker/4f2a/memory.memsw.limit_in_bytes", "9223372036854771712\n")
        .file("memory/docker/4f2a/memory.soft_limit_in_bytes", "9223372036854771712\n");

    assertThat(cgroup().memoryLimits())
        .contains(new MemoryLimits(MemoryLimits.UNLIMITED, MemoryLimits.UNLIMITED));
  }

  @Test
  void tellsTheSwapLimitWithoutTheMemoryInIt() throws IOException {
    tree.file("memory/docker/4f2a/memory.limit_in_bytes", "1000\n")
        .file("memory/docker/4f2a/memory.memsw.limit_in_bytes", "1500\n")
        .file("memory/docker/4f2a/memory.soft_limit_in_bytes", "800\n");

    assertThat(cgroup().memoryLimits()).contains(new MemoryLimits(1000, 500));
    assertThat(cgroup().memoryReservation()).hasValue(800);
  }

  @Test
  void tellsHowOftenMemoryRanShort() throws IOException {
    tree.file("memory/docker/4f2a/memory.failcnt", "31\n")
        .file("memory/docker/4f2a/memory.max_usage_in_bytes", "60000000\n")
        .file("memory/docker/4f2a/memory.kmem.usage_in_bytes", "409600\n")
        .file(
            "memory/docker/4f2a/memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");

    assertThat(cgroup().memoryEvents()).contains(new MemoryEvents(60_000_000, 409_600, 31, 1));
  }

  @Test
  void takesPressureFromTheVersionTwoTreeBeside() throws IOException {
    assertThat(cgroup().pressure(Resource.CPU)).isEmpty();
    tree.file(
        "unified/docker/4f2a/cpu.pressure", "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n");

    assertThat(cgroup().pressure(Resource.CPU))
        .contains(new Pressure(new Pressure.Stall(4, 1, 2, 3), Pressure.Stall.NONE));
  }

  @Test
  void tellsTheTrafficOfEachDevice() throws IOException {
    tree.file(
            "blkio/docker/4f2a/blkio.throttle.io_service_bytes_recursive",
            """
            254:0 Read 4096
            254:0 Write 8192
            254:0 Sync 12288
            254:0 Async 0
            254:0 Discard 0
            254:0 Total 12288
            7:1 Read 512
            Total 12800
            """)
        .file(
            "blkio/docker/4f2a/blkio.throttle.io_serviced_recursive",
            "254:0 Read 1\n254:0 Write 2\n254:0 Total 3\nTotal 3\n");

    assertThat(cgroup().io())
        .containsExactly(new DeviceIo(254, 0, 4096, 8192, 1, 2), new DeviceIo(7, 1, 512, 0, 0, 0));
  }

  @Test
  void tellsHugePagesAndTasks() throws IOException {
    tree.file("hugetlb/docker/4f2a/hugetlb.2MB.usage_in_bytes", "4194304\n")
        .file("hugetlb/docker/4f2a/hugetlb.2MB.max_usage_in_bytes", "8388608\n")
        .file("pids/docker/4f2a/pids.current", "5\n")
        .file("pids/docker/4f2a/pids.max", "100\n");

    assertThat(cgroup().hugePages()).containsExactly(new HugePageUsage("2MB", 4194304, 8388608));
    assertThat(cgroup().tasks()).hasValue(5);
    assertThat(cgroup().taskLimit()).hasValue(100);
    assertThat(cgroup().processes()).containsExactly(812L);
  }

  @Test
  void aControllerThatIsNotMountedGivesNoFigures() throws IOException {
    assertThat(cgroup().tasks()).isEmpty();
    assertThat(cgroup().taskLimit()).isEmpty();
    assertThat(cgroup().io()).isEmpty();
    assertThat(cgroup().hugePages()).isEmpty();
  }

  @Test
  void aGroupThatVanishesGivesNoFigures() throws IOException {
    Cgroup cgroup = cgroup();
    Files.move(folder.resolve("cpu,cpuacct/docker"), folder.resolve("gone"));
    Files.move(folder.resolve("memory/docker"), folder.resolve("gone-too"));

    assertThat(cgroup.cpuNanos()).isEmpty();
    assertThat(cgroup.memory()).isEmpty();
    assertThat(cgroup.memoryLimits()).isEmpty();
    assertThat(cgroup.memoryEvents()).isEmpty();
    assertThat(cgroup.processes()).isEmpty();
  }
}
