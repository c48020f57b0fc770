package io.keelson.runtime.docker.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.LinuxPodSandboxStats;
import io.keelson.runtime.v1.MemoryUsage;
import io.keelson.runtime.v1.NetworkInterfaceUsage;
import io.keelson.runtime.v1.PsiData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineStatsTest {
  private static final long SECOND = EpochNanos.IN_SECOND;

  @TempDir private Path folder;
  private Machine machine;
  private EngineStats stats;

  @BeforeEach
  void makeAMachine() throws IOException {
    machine = new Machine(folder);
    machine.process(100, "pods/p1/pause1", SECOND / 100);
    machine.process(101, "pods/p1/c1", SECOND / 2);
    machine.cpu("pods/p1", 2 * SECOND);
    machine.file("cgroup/pods/p1/pids.current", "9\n");
    machine.pod("pause1", 100, true, machine.container("c1", 101), machine.container("c2", 0));
    stats = machine.stats();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private static long load(ContainerStats stats) {
    return stats.getCpu().getUsageNanoCores().getValue();
  }

  @Test
  void tellsWhatARunningContainerUses() {
    ContainerStats c1 = stats.containerStats("c1");

    assertThat(c1.getAttributes().getLabelsMap()).containsEntry("app", "c1");
    assertThat(c1.getCpu().getTimestamp()).isEqualTo(Machine.START);
    assertThat(c1.getCpu().getUsageCoreNanoSeconds().getValue()).isEqualTo(SECOND / 2);
    assertThat(c1.getCpu().getPsi().getSome())
        .isEqualTo(
            PsiData.newBuilder()
                .setTotal(7 * SECOND)
                .setAvg10(1.5)
                .setAvg60(0.5)
                .setAvg300(0.1)
                .build());
    assertThat(c1.getMemory())
        .isEqualTo(
            MemoryUsage.newBuilder()
                .setTimestamp(Machine.START)
                .setUsageBytes(Usage.value(10_000_000))
                .setWorkingSetBytes(Usage.value(9_000_000))
                .setAvailableBytes(Usage.value(55_000_000))
                .setRssBytes(Usage.value(6_000_000))
                .setPageFaults(Usage.value(70))
                .setMajorPageFaults(Usage.value(3))
                .setPsi(c1.getMemory().getPsi())
                .build());
    assertThat(c1.getSwap().getSwapUsageBytes().getValue()).isEqualTo(4096);
    assertThat(c1.getSwap().hasSwapAvailableBytes()).as("it may use all swap").isFalse();
    assertThat(c1.getIo().getPsi().getFull().getTotal()).isEqualTo(2 * SECOND);
  }

  @Test
  void theLoadIsThatSinceTheLastReadingAndAtFirstSinceTheStart() throws IOException {
    assertThat(load(stats.containerStats("c1"))).isEqualTo(SECOND / 2);

    machine.passes(Duration.ofSeconds(10));
    machine.cpu("pods/p1/c1", SECOND / 2 + 20 * SECOND);

    assertThat(load(stats.containerStats("c1"))).as("two cores").isEqualTo(2 * SECOND);
  }

  @Test
  void askersWithinASecondShareAReading() throws IOException {
    ContainerStats first = stats.containerStats("c1");
    machine.passes(Duration.ofMillis(900));
    machine.cpu("pods/p1/c1", 30 * SECOND);

    assertThat(stats.containerStats("c1").getCpu()).isEqualTo(first.getCpu());
    machine.passes(Duration.ofMillis(100));
    assertThat(stats.containerStats("c1").getCpu()).isNotEqualTo(first.getCpu());
  }

  @Test
  void aClockThatIsSetBackGivesNoLoadAndNoError() {
    stats.containerStats("c1");
    machine.passes(Duration.ofHours(-1));

    assertThat(stats.containerStats("c1").getCpu().hasUsageNanoCores()).isFalse();
  }

  @Test
  void aContainerThatDoesNotRunHasOnlyItsWritableLayer() {
    ContainerStats c2 = stats.containerStats("c2");

    assertThat(c2.getAttributes().getId()).isEqualTo("c2");
    assertThat(c2.hasCpu() || c2.hasMemory() || c2.hasSwap() || c2.hasIo()).isFalse();
    assertThat(c2.getWritableLayer().getFsId().getMountpoint())
        .isEqualTo(machine.layerFilesystem());
  }

  @Test
  void aContainerThatVanishesDoesNotSpoilTheList() throws IOException {
    stats.listContainerStats();
    machine.passes(Duration.ofSeconds(1));
    Files.delete(folder.resolve("cgroup/pods/p1/c1/cpu.stat"));

    assertThat(stats.listContainerStats())
        .extracting(s -> s.getAttributes().getId(), ContainerStats::hasCpu)
        .containsExactly(tuple("c1", false), tuple("c2", false));
  }

  @Test
  void aNumberThatIsAnotherProcessesByNowIsNotTheContainers() throws IOException {
    machine.file("proc/101/cgroup", "0::/system.slice/ssh.service\n");
    machine.process(999, "system.slice/ssh.service", 77 * SECOND);

    assertThat(stats.containerStats("c1").hasCpu()).isFalse();
  }

  @Test
  void countsWritableLayersInTheBackgroundAndAgainWhenTheCountIsOld() throws IOException {
    Files.write(machine.layer("c1").resolve("data"), new byte[1 << 20]);
    await().until(() -> inodes("c1") == 2);
    assertThat(stats.containerStats("c1").getWritableLayer().getUsedBytes().getValue())
        .isBetween(1L << 20, 2L << 20);

    Files.createFile(machine.layer("c1").resolve("more"));
    machine.passes(LayerMeter.AGE_LIMIT);
    assertThat(inodes("c1")).as("the count is not old yet").isEqualTo(2);
    machine.passes(Duration.ofMillis(1));
    await().until(() -> inodes("c1") == 3);
    assertThat(stats.containerStats("c1").getWritableLayer().getTimestamp())
        .isEqualTo(Machine.START + LayerMeter.AGE_LIMIT.toNanos() + 1_000_000);
  }

  private long inodes(String id) {
    return stats.containerStats(id).getWritableLayer().getInodesUsed().getValue();
  }

  @Test
  void aPodIsWhatItsCgroupSaysWithItsContainers() throws InterruptedException {
    LinuxPodSandboxStats pod = stats.podSandboxStats("pause1").getLinux();

    assertThat(pod.getCpu().getUsageCoreNanoSeconds().getValue()).isEqualTo(2 * SECOND);
    assertThat(pod.getProcess().getProcessCount().getValue()).isEqualTo(9);
    assertThat(pod.getContainersList())
        .extracting(s -> s.getAttributes().getId())
        .containsExactly("c1", "c2");
  }

  @Test
  void aPodWithoutACgroupOfItsOwnIsTheSumOfItsParts() throws IOException, InterruptedException {
    machine.process(200, "docker/pause2", SECOND);
    machine.process(201, "docker/c3", 3 * SECOND);
    machine.pod("pause2", 200, false, machine.container("c3", 201));

    LinuxPodSandboxStats pod = stats.podSandboxStats("pause2").getLinux();
    assertThat(pod.getCpu().getUsageCoreNanoSeconds().getValue()).isEqualTo(4 * SECOND);
    assertThat(pod.getCpu().getUsageNanoCores().getValue()).isEqualTo(4 * SECOND);
    assertThat(pod.getMemory().getWorkingSetBytes().getValue()).isEqualTo(18_000_000);
    assertThat(pod.getProcess().getProcessCount().getValue()).isEqualTo(8);
  }

  @Test
  void tellsThePodsInterfacesWithoutTheLoopback() throws IOException, InterruptedException {
    machine.file(
        "proc/100/net/dev",
        """
        Inter-| Receive | Transmit
         face |bytes packets ...
            lo: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0
          eth0: 100 10 1 0 0 0 0 0 200 20 2 0 0 0 0 0
          net1: 300 30 0 0 0 0 0 0 400 40 0 0 0 0 0 0
        """);

    LinuxPodSandboxStats pod = stats.podSandboxStats("pause1").getLinux();
    assertThat(pod.getNetwork().getDefaultInterface())
        .isEqualTo(
            NetworkInterfaceUsage.newBuilder()
                .setName("eth0")
                .setRxBytes(Usage.value(100))
                .setRxErrors(Usage.value(1))
                .setTxBytes(Usage.value(200))
                .setTxErrors(Usage.value(2))
                .build());
    assertThat(pod.getNetwork().getInterfacesList())
        .extracting(NetworkInterfaceUsage::getName)
        .containsExactly("net1");
  }

  @Test
  void listsOnlyPodsThatRun() throws InterruptedException {
    machine.pod("ended", 0, true);

    assertThat(stats.listPodSandboxStats())
        .extracting(pod -> pod.getAttributes().getId())
        .containsExactly("pause1");
    assertThat(stats.podSandboxStats("ended").getLinux().hasCpu()).isFalse();
  }
}
