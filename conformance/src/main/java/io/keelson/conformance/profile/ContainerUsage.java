package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.ContainerCgroup;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ContainerStatsRequest;
import io.keelson.runtime.v1.CpuUsage;
import io.keelson.runtime.v1.MemoryUsage;
import io.keelson.runtime.v1.PsiData;
import io.keelson.runtime.v1.PsiStats;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What containers use, as the runtime tells it. */
@ExtendWith(GivesRuntime.class)
public final class ContainerUsage {
  /** Called by JUnit. */
  ContainerUsage() {}

  private static final long MIB = 1024 * 1024;

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStats",
      says = "attributes say which container it is")
  @Covers({
    "ContainerStatsRequest.container_id",
    "ContainerStatsResponse.stats",
    "ContainerStats.attributes",
    "ContainerAttributes.id",
    "ContainerAttributes.metadata",
    "ContainerAttributes.labels",
    "ContainerAttributes.annotations"
  })
  void theUsageNamesItsContainer(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var config =
        pod.containerConfig("main", "pause").putLabels("app", "web").putAnnotations("a", "b");
    var container = pod.create(config.build()).start();
    var attributes = stats(container).getAttributes();
    assertEquals(container.id(), attributes.getId(), "id");
    assertEquals(config.getMetadata(), attributes.getMetadata(), "metadata");
    assertEquals(config.getLabelsMap(), attributes.getLabelsMap(), "labels");
    assertEquals(config.getAnnotationsMap(), attributes.getAnnotationsMap(), "annotations");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStats",
      says = "time stamps are when the usage was read, in nanoseconds since the epoch")
  @Covers({
    "ContainerStats.cpu",
    "ContainerStats.memory",
    "ContainerStats.writable_layer",
    "CpuUsage.timestamp",
    "MemoryUsage.timestamp",
    "FilesystemUsage.timestamp"
  })
  void theUsageIsOfNow(RuntimeUnderTest node) {
    Instant before = Instant.now().minusSeconds(60);
    var container = node.runPod().startWaiting();
    node.await(
        "ContainerStats has cpu, memory and a writable_layer that was measured",
        () -> {
          ContainerStats stats = stats(container);
          return stats.hasCpu() && stats.hasMemory() && stats.getWritableLayer().getTimestamp() > 0;
        });
    ContainerStats stats = stats(container);
    assertNow(before, "cpu", stats.getCpu().getTimestamp());
    assertNow(before, "memory", stats.getMemory().getTimestamp());
    assertNow(before, "writable_layer", stats.getWritableLayer().getTimestamp());
  }

  private static void assertNow(Instant before, String what, long nanoseconds) {
    Instant at = Instant.ofEpochSecond(0, nanoseconds);
    assertTrue(
        at.isAfter(before) && at.isBefore(Instant.now().plusSeconds(5)),
        "timestamp of %s is within the last minute, it is %s".formatted(what, at));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message CpuUsage",
      says = "usage_core_nano_seconds is the CPU time since the start")
  @Covers({"CpuUsage.usage_core_nano_seconds", "CpuUsage.timestamp"})
  void cpuTimeGrowsUnderWork(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    var container = node.runPod().create("main", "spin").start();
    CpuUsage first = stats(container).getCpu();
    long enough = first.getUsageCoreNanoSeconds().getValue() + 100_000_000;
    node.await(
        "usage_core_nano_seconds grows by 100 ms in a container that uses a whole core",
        () -> stats(container).getCpu().getUsageCoreNanoSeconds().getValue() >= enough);
    assertTrue(
        stats(container).getCpu().getTimestamp() > first.getTimestamp(), "the timestamp moves on");
    container.stop(0);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message CpuUsage",
      says =
          "usage_nano_cores is the rate at which CPU time was used of late; callers can work it out themselves when it is not told")
  @Covers({"CpuUsage.usage_nano_cores"})
  void theRateOfCpuTimeIsThatOfTheWork(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    var container = node.runPod().create("main", "spin").start();
    CpuUsage first = stats(container).getCpu();
    node.await(
        "usage_core_nano_seconds grows by two seconds in a container that uses a whole core",
        () ->
            stats(container).getCpu().getUsageCoreNanoSeconds().getValue()
                >= first.getUsageCoreNanoSeconds().getValue() + 2_000_000_000L);
    CpuUsage last = stats(container).getCpu();
    assumeTrue(last.hasUsageNanoCores(), "the runtime leaves it to callers to work out the rate");
    long rate = last.getUsageNanoCores().getValue();
    assertTrue(
        rate > 10_000_000 && rate < 2_000_000_000L,
        "usage_nano_cores of one busy thread is between a hundredth of a core and two: " + last);
    container.stop(0);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message MemoryUsage",
      says =
          "bytes and page faults of the container's processes; available_bytes is what is left to the limit")
  @Covers({
    "MemoryUsage.working_set_bytes",
    "MemoryUsage.available_bytes",
    "MemoryUsage.usage_bytes",
    "MemoryUsage.rss_bytes",
    "MemoryUsage.page_faults",
    "MemoryUsage.major_page_faults"
  })
  void memoryThatAProgramUsesIsTold(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "allocate", "20");
    config.getLinuxBuilder().getResourcesBuilder().setMemoryLimitInBytes(100 * MIB);
    var container = pod.create(config.build()).start();
    node.await(
        "working_set_bytes reaches 20 MiB",
        () -> stats(container).getMemory().getWorkingSetBytes().getValue() >= 20 * MIB);
    MemoryUsage memory = stats(container).getMemory();
    assertBetween(20, 100, "working_set_bytes", memory.getWorkingSetBytes().getValue());
    assertBetween(20, 100, "usage_bytes", memory.getUsageBytes().getValue());
    assertBetween(20, 100, "rss_bytes", memory.getRssBytes().getValue());
    assertTrue(
        memory.getWorkingSetBytes().getValue() <= memory.getUsageBytes().getValue(),
        "working_set_bytes is a part of usage_bytes: " + memory);
    assertTrue(memory.getPageFaults().getValue() > 0, "page_faults is 0");
    assertTrue(
        memory.getMajorPageFaults().getValue() <= memory.getPageFaults().getValue(),
        "major_page_faults are a part of page_faults: " + memory);
    assertBetween(40, 80, "available_bytes", memory.getAvailableBytes().getValue());
  }

  private static void assertBetween(long least, long most, String what, long bytes) {
    assertTrue(
        bytes >= least * MIB && bytes <= most * MIB,
        "%s is between %d and %d MiB, it is %d bytes".formatted(what, least, most, bytes));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStats",
      says = "writable_layer is what the container changed of its root file system")
  @Covers({
    "ContainerStats.writable_layer",
    "FilesystemUsage.used_bytes",
    "FilesystemUsage.inodes_used",
    "FilesystemUsage.fs_id",
    "FilesystemIdentifier.mountpoint"
  })
  void whatAProgramWritesIsTold(RuntimeUnderTest node) {
    var container = node.runPod().startWaiting();
    String block = "x".repeat(64 * 1024);
    for (int i = 0; i < 16; i++) {
      assertEquals("ok", container.attempt("write", "/big", block), "writing 64 KiB");
    }
    node.await(
        "used_bytes of writable_layer reaches 1 MiB",
        () -> stats(container).getWritableLayer().getUsedBytes().getValue() >= MIB);
    var layer = stats(container).getWritableLayer();
    assertTrue(layer.getUsedBytes().getValue() < 10 * MIB, "used_bytes below 10 MiB: " + layer);
    assertTrue(layer.getInodesUsed().getValue() > 0, "inodes_used of a layer with a file is 0");
    assertTrue(layer.getFsId().getMountpoint().startsWith("/"), "mountpoint is a path: " + layer);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SwapUsage",
      says = "swap in use, and how much is left to the limit")
  @Covers({
    "ContainerStats.swap",
    "SwapUsage.timestamp",
    "SwapUsage.swap_usage_bytes",
    "SwapUsage.swap_available_bytes"
  })
  void swapIsTold(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "pause");
    config
        .getLinuxBuilder()
        .getResourcesBuilder()
        .setMemoryLimitInBytes(64 * MIB)
        .setMemorySwapLimitInBytes(96 * MIB);
    var container = pod.create(config.build()).start();
    assumeTrue(ContainerCgroup.of(container).hasSwap(), "the node does not account for swap");
    ContainerStats stats = stats(container);
    assumeTrue(stats.hasSwap(), "the runtime tells nothing of swap");
    var swap = stats.getSwap();
    assertTrue(swap.getTimestamp() > 0, "timestamp of swap is 0");
    assertTrue(swap.hasSwapUsageBytes(), "swap_usage_bytes is missing");
    assertTrue(
        swap.getSwapUsageBytes().getValue() <= 32 * MIB,
        "swap_usage_bytes is at most 32 MiB, the limit: " + swap);
    assertTrue(
        swap.getSwapAvailableBytes().getValue() <= 96 * MIB,
        "swap_available_bytes is at most the limit: " + swap);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PsiStats",
      says = "time in which tasks waited, in all and as percentages, where the kernel tells it")
  @Covers({
    "ContainerStats.io",
    "CpuUsage.psi",
    "MemoryUsage.psi",
    "IoUsage.psi",
    "IoUsage.timestamp",
    "PsiStats.Full",
    "PsiStats.Some",
    "PsiData.Total",
    "PsiData.Avg10",
    "PsiData.Avg60",
    "PsiData.Avg300"
  })
  void pressureIsTold(RuntimeUnderTest node) {
    ContainerStats stats = stats(node.runPod().startWaiting());
    assumeTrue(
        stats.getCpu().hasPsi(),
        "the runtime tells no pressure, or the kernel does not measure it");
    assertTrue(stats.getIo().getTimestamp() > 0, "timestamp of io is 0");
    for (PsiStats psi :
        List.of(stats.getCpu().getPsi(), stats.getMemory().getPsi(), stats.getIo().getPsi())) {
      assertTrue(
          psi.getFull().getTotal() <= psi.getSome().getTotal(), "Full is a part of Some: " + psi);
      for (PsiData data : List.of(psi.getFull(), psi.getSome())) {
        for (double average : List.of(data.getAvg10(), data.getAvg60(), data.getAvg300())) {
          assertTrue(average >= 0 && average <= 100, "averages are percentages: " + psi);
        }
      }
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc ContainerStats",
      says = "a container that is not there has no usage")
  @Covers({"ContainerStatsRequest.container_id"})
  void theUsageOfAnUnknownContainerIsNotFound(RuntimeUnderTest node) {
    var request = ContainerStatsRequest.newBuilder().setContainerId("0123456789abcdef").build();
    node.assertFails(Code.NOT_FOUND, () -> node.runtime().containerStats(request));
  }

  private static ContainerStats stats(TestContainer container) {
    return container
        .node()
        .runtime()
        .containerStats(ContainerStatsRequest.newBuilder().setContainerId(container.id()).build())
        .getStats();
  }
}
