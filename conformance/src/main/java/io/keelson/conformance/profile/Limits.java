package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.ContainerCgroup;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.HugepageLimit;
import io.keelson.runtime.v1.LinuxContainerResources;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits of what containers use of the node. */
@ExtendWith(GivesRuntime.class)
public final class Limits {
  /** Called by JUnit. */
  Limits() {}

  private static final long MIB = 1024 * 1024;

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerResources",
      says = "cpu_shares, cpu_quota and cpu_period are the container's share and limit of CPU time")
  @Covers({
    "LinuxContainerConfig.resources",
    "LinuxContainerResources.cpu_shares",
    "LinuxContainerResources.cpu_quota",
    "LinuxContainerResources.cpu_period"
  })
  void cpuTimeIsLimitedAsGiven(RuntimeUnderTest node) {
    var container =
        start(node, limits -> limits.setCpuShares(512).setCpuQuota(20_000).setCpuPeriod(50_000));
    ContainerCgroup cgroup = ContainerCgroup.of(container);
    cgroup.assertCpuShares(512);
    assertEquals("20000 50000", cgroup.cpuQuotaAndPeriod(), "CPU quota and period in microseconds");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerResources",
      says = "memory_limit_in_bytes is the most memory the container can use")
  @Covers({"LinuxContainerResources.memory_limit_in_bytes"})
  void memoryIsLimitedAsGiven(RuntimeUnderTest node) {
    var container = start(node, limits -> limits.setMemoryLimitInBytes(64 * MIB));
    assertEquals(64 * MIB, ContainerCgroup.of(container).memoryLimit(), "memory limit in bytes");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerResources",
      says = "memory_swap_limit_in_bytes is the most memory and swap together")
  @Covers({"LinuxContainerResources.memory_swap_limit_in_bytes"})
  void swapIsLimitedAsGiven(RuntimeUnderTest node) {
    var container =
        start(
            node,
            limits -> limits.setMemoryLimitInBytes(64 * MIB).setMemorySwapLimitInBytes(96 * MIB));
    ContainerCgroup cgroup = ContainerCgroup.of(container);
    assumeTrue(cgroup.hasSwap(), "the node does not account for swap");
    assertEquals(96 * MIB, cgroup.memoryAndSwapLimit(), "limit of memory and swap in bytes");
  }

  @Test
  @Specification(
      document = "Kubernetes kubelet, container states",
      says = "a container that used too much memory was killed: exit code 137, reason OOMKilled")
  @Covers({
    "LinuxContainerResources.memory_limit_in_bytes",
    "ContainerStatus.reason",
    "ContainerStatus.exit_code"
  })
  void aProgramThatUsesTooMuchMemoryIsKilled(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "allocate", "200");
    config
        .getLinuxBuilder()
        .getResourcesBuilder()
        .setMemoryLimitInBytes(32 * MIB)
        .setMemorySwapLimitInBytes(32 * MIB);
    var status = pod.create(config.build()).start().awaitExit();
    assertEquals(137, status.getExitCode(), "exit_code, 128 + SIGKILL");
    assertEquals("OOMKilled", status.getReason(), "reason");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerResources",
      says = "oom_score_adj says how soon the kernel kills it when the node is short of memory")
  @Covers({"LinuxContainerResources.oom_score_adj"})
  void theOomScoreIsAdjustedAsGiven(RuntimeUnderTest node) {
    var container = start(node, limits -> limits.setOomScoreAdj(567));
    assertEquals("567", container.read("/proc/1/oom_score_adj").strip(), "oom_score_adj");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerResources",
      says = "cpuset_cpus and cpuset_mems are the CPUs and memory nodes the container may use")
  @Covers({"LinuxContainerResources.cpuset_cpus", "LinuxContainerResources.cpuset_mems"})
  void onlyTheGivenCpusAreUsed(RuntimeUnderTest node) {
    var program = start(node, limits -> limits.setCpusetCpus("0").setCpusetMems("0")).program();
    assertEquals("0", program.field("Cpus_allowed_list"), "CPUs of the program");
    assertEquals("0", program.field("Mems_allowed_list"), "memory nodes of the program");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerResources",
      says = "unified are settings of cgroup v2 by the names of their files")
  @Covers({"LinuxContainerResources.unified"})
  void settingsOfCgroupsAreWrittenAsGiven(RuntimeUnderTest node) {
    assumeTrue(
        ContainerCgroup.of(node.runPod().startWaiting()).isUnified(), "the node has cgroup v1");
    var container = start(node, limits -> limits.putUnified("memory.high", "" + 48 * MIB));
    assertEquals(
        "" + 48 * MIB, container.read("/sys/fs/cgroup/memory.high").strip(), "memory.high");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message HugepageLimit",
      says = "limit is the most memory in huge pages of page_size")
  @Covers({
    "LinuxContainerResources.hugepage_limits",
    "HugepageLimit.page_size",
    "HugepageLimit.limit"
  })
  void hugePagesAreLimitedAsGiven(RuntimeUnderTest node) {
    assumeTrue(
        ContainerCgroup.of(node.runPod().startWaiting()).hasHugePages(),
        "the node has no cgroups for huge pages of 2 MiB");
    var container =
        start(
            node,
            limits ->
                limits.addHugepageLimits(
                    HugepageLimit.newBuilder().setPageSize("2MB").setLimit(4 * MIB)));
    assertEquals(
        4 * MIB, ContainerCgroup.of(container).hugePageLimit(), "limit of huge pages in bytes");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says = "resources are the limits in force")
  @Covers({
    "ContainerStatus.resources",
    "ContainerResources.linux",
    "LinuxContainerResources.cpu_shares",
    "LinuxContainerResources.memory_limit_in_bytes"
  })
  void theStatusTellsTheLimits(RuntimeUnderTest node) {
    var container =
        start(
            node,
            limits ->
                limits
                    .setCpuShares(512)
                    .setCpuQuota(20_000)
                    .setCpuPeriod(50_000)
                    .setMemoryLimitInBytes(64 * MIB));
    var told = container.status().getResources().getLinux();
    assertEquals(512, told.getCpuShares(), "cpu_shares in the status");
    assertEquals(20_000, told.getCpuQuota(), "cpu_quota in the status");
    assertEquals(50_000, told.getCpuPeriod(), "cpu_period in the status");
    assertEquals(64 * MIB, told.getMemoryLimitInBytes(), "memory_limit_in_bytes in the status");
  }

  private static TestContainer start(
      RuntimeUnderTest node, Consumer<LinuxContainerResources.Builder> limits) {
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "pause");
    limits.accept(config.getLinuxBuilder().getResourcesBuilder());
    return pod.create(config.build()).start();
  }
}
