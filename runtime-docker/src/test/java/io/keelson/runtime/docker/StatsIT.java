package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.LinuxPodSandboxStats;
import io.keelson.runtime.v1.Metric;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetrics;
import io.keelson.runtime.v1.PodSandboxStats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class StatsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long MIB = 1 << 20;
  private static final String POD_CGROUP = "kltest-" + ProcessHandle.current().pid();

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;
  private PodSandboxConfig config;
  private String pod;

  StatsIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open();
    config =
        TestPods.pod("measured", folder.resolve("logs"))
            .setLinux(LinuxPodSandboxConfig.newBuilder().setCgroupParent("/" + POD_CGROUP))
            .build();
    pod = backend.podSandboxes().runPodSandbox(config, "docker");
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
    removePodCgroup();
  }

  /** The engine leaves that to whoever has named it: of version 2, or one for each controller. */
  private static void removePodCgroup() throws IOException {
    try (Stream<Path> found =
        Files.find(Cgroups.DEFAULT_MOUNT, 2, (path, attributes) -> path.endsWith(POD_CGROUP))) {
      for (Path cgroup : found.toList()) {
        Files.delete(cgroup);
      }
    }
  }

  private String start(String name, String script) throws InterruptedException {
    ContainerConfig.Builder container =
        TestPods.container(name, BusyboxImage.NAME, "/bin/sh", "-c", script);
    container
        .getLinuxBuilder()
        .setResources(
            LinuxContainerResources.newBuilder()
                .setCpuPeriod(100_000)
                .setCpuQuota(20_000)
                .setMemoryLimitInBytes(64 * MIB));
    String id = backend.containers().createContainer(pod, container.build(), config);
    backend.containers().startContainer(id);
    return id;
  }

  private void awaitLayer(String id, long bytes) {
    await()
        .atMost(LIMIT)
        .until(
            () -> backend.containerStats(id).getWritableLayer().getUsedBytes().getValue() >= bytes);
  }

  @Test
  void aBusyContainerIsSeenToUseItsShareOfACpu() throws InterruptedException {
    String id = start("busy", "while true; do :; done");

    await()
        .atMost(LIMIT)
        .until(() ->
            backend.containerStats(id).getCpu().getUsageCoreNanoSeconds().getValue() > 500_000_000);
    ContainerStats stats = backend.containerStats(id);
    assertThat(stats.getAttributes().getMetadata().getName()).isEqualTo("busy");
    assertThat(stats.getCpu().getUsageNanoCores().getValue())
        .as("a fifth of a core is its quota")
        .isBetween(10_000_000L, 300_000_000L);
    assertThat(stats.getMemory().getUsageBytes().getValue()).isBetween(1L, 64 * MIB);
    assertThat(stats.getMemory().getAvailableBytes().getValue())
        .isEqualTo(64 * MIB - stats.getMemory().getWorkingSetBytes().getValue());
  }

  @Test
  void writtenFilesAreCounted() throws InterruptedException {
    String id = start("writer", "dd if=/dev/zero of=/big bs=1M count=3; sleep 600");

    awaitLayer(id, 3 * MIB);
    ContainerStats stats = backend.containerStats(id);
    assertThat(stats.getWritableLayer().getFsId().getMountpoint())
        .isEqualTo(
            backend.images().imageFsInfo().getContainerFilesystems(0).getFsId().getMountpoint());
    assertThat(stats.getWritableLayer().getInodesUsed().getValue()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aDaemonThatComesBackMeasuresWhatRunsAndWhatHasEnded() throws InterruptedException {
    String running = start("running", "sleep 600");
    String ended = start("ended", "dd if=/dev/zero of=/big bs=1M count=1");
    await()
        .atMost(LIMIT)
        .until(() ->
            backend.containers().containerStatus(ended).getState()
                == ContainerState.CONTAINER_EXITED);
    backend.close();
    backend = node.open();

    assertThat(backend.listContainerStats())
        .hasSize(2)
        .allSatisfy(stats ->
            assertThat(stats.hasCpu()).isEqualTo(stats.getAttributes().getId().equals(running)));
    awaitLayer(ended, MIB);
    assertThat(podStats().getCpu().getUsageCoreNanoSeconds().getValue()).isPositive();
  }

  private LinuxPodSandboxStats podStats() throws InterruptedException {
    List<PodSandboxStats> pods = backend.listPodSandboxStats();
    assertThat(pods).hasSize(1);
    return pods.getFirst().getLinux();
  }

  @Test
  void aPodIsMeasuredByItsCgroupAndInItsNetworkNamespace() throws InterruptedException {
    String id = start("main", "sleep 600");

    LinuxPodSandboxStats stats = podStats();
    assertThat(stats.getContainersList())
        .extracting(container -> container.getAttributes().getId())
        .containsExactly(id);
    assertThat(stats.getCpu().getUsageCoreNanoSeconds().getValue())
        .isGreaterThanOrEqualTo(
            stats.getContainers(0).getCpu().getUsageCoreNanoSeconds().getValue());
    assertThat(stats.getProcess().getProcessCount().getValue()).isGreaterThanOrEqualTo(2);
    assertThat(stats.getNetwork().getDefaultInterface().getName()).isEqualTo("eth0");
    assertThat(stats.getNetwork().getInterfacesList()).isEmpty();
  }

  @Test
  void theMetricsOfAPodAreThoseOfItsNetworkAndOfItsContainers() throws InterruptedException {
    String id = start("main", "sleep 600");

    List<PodSandboxMetrics> pods = backend.podSandboxMetrics();
    assertThat(pods).hasSize(1);
    assertThat(pods.getFirst().getMetricsList())
        .extracting(Metric::getName)
        .contains("container_network_receive_bytes_total");
    assertThat(pods.getFirst().getContainerMetricsList())
        .singleElement()
        .satisfies(metrics -> {
          assertThat(metrics.getContainerId()).isEqualTo(id);
          assertThat(metrics.getMetricsList())
              .extracting(Metric::getName)
              .contains(
                  "container_cpu_usage_seconds_total",
                  "container_memory_working_set_bytes",
                  "container_processes",
                  "container_threads",
                  "container_start_time_seconds");
        });
  }

  @Test
  void aStoppedPodIsNotListedAndARemovedOneNotFound() throws InterruptedException {
    start("main", "sleep 600");
    assertThat(backend.listPodSandboxStats()).hasSize(1);
    backend.podSandboxes().stopPodSandbox(pod);

    assertThat(backend.listPodSandboxStats()).isEmpty();
    assertThat(backend.podSandboxStats(pod).getLinux().hasCpu()).isFalse();

    backend.podSandboxes().removePodSandbox(pod);
    assertThatThrownBy(() -> backend.podSandboxStats(pod))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.NOT_FOUND));
    assertThat(backend.listContainerStats()).isEmpty();
  }
}
