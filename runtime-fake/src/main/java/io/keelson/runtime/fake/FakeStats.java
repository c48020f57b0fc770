package io.keelson.runtime.fake;

import io.keelson.runtime.spi.MetricsProvider;
import io.keelson.runtime.spi.StatsProvider;
import io.keelson.runtime.v1.ContainerAttributes;
import io.keelson.runtime.v1.ContainerMetrics;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.CpuUsage;
import io.keelson.runtime.v1.FilesystemIdentifier;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.LinuxPodSandboxStats;
import io.keelson.runtime.v1.MemoryUsage;
import io.keelson.runtime.v1.Metric;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.MetricType;
import io.keelson.runtime.v1.PodSandboxAttributes;
import io.keelson.runtime.v1.PodSandboxMetrics;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.PodSandboxStatus;
import io.keelson.runtime.v1.ProcessUsage;
import io.keelson.runtime.v1.UInt64Value;
import java.util.List;

/** Each running container has one process, 1 MiB of memory, and uses a hundredth of a core. */
final class FakeStats implements StatsProvider, MetricsProvider {
  private static final long MEMORY = 1024 * 1024;
  private static final long RATE = 10_000_000;
  private static final long SHARE = 100;
  private static final long PAGE = 4096;
  private static final String MEMORY_METRIC = "container_memory_usage_bytes";

  private final FakeNode node;

  FakeStats(FakeNode node) {
    this.node = node;
  }

  @Override
  public ContainerStats containerStats(String containerId) {
    return stats(node.container(containerId));
  }

  @Override
  public List<ContainerStats> listContainerStats() {
    return node.containers().values().stream()
        .filter(FakeContainer::isRunning)
        .map(this::stats)
        .toList();
  }

  private ContainerStats stats(FakeContainer container) {
    ContainerStatus status = container.status();
    long now = node.now();
    ContainerStats.Builder stats =
        ContainerStats.newBuilder()
            .setAttributes(
                ContainerAttributes.newBuilder()
                    .setId(status.getId())
                    .setMetadata(status.getMetadata())
                    .putAllLabels(status.getLabelsMap())
                    .putAllAnnotations(status.getAnnotationsMap()))
            .setWritableLayer(
                FilesystemUsage.newBuilder()
                    .setTimestamp(now)
                    .setFsId(FilesystemIdentifier.newBuilder().setMountpoint("/"))
                    .setUsedBytes(number(0))
                    .setInodesUsed(number(0)));
    if (container.isRunning()) {
      long used = (now - status.getStartedAt()) / SHARE;
      stats.setCpu(cpu(now, used, RATE)).setMemory(memory(now, MEMORY));
    }
    return stats.build();
  }

  private static CpuUsage.Builder cpu(long now, long used, long rate) {
    return CpuUsage.newBuilder()
        .setTimestamp(now)
        .setUsageCoreNanoSeconds(number(used))
        .setUsageNanoCores(number(rate));
  }

  private static MemoryUsage.Builder memory(long now, long bytes) {
    return MemoryUsage.newBuilder()
        .setTimestamp(now)
        .setWorkingSetBytes(number(bytes))
        .setUsageBytes(number(bytes))
        .setRssBytes(number(bytes))
        .setPageFaults(number(bytes / PAGE))
        .setMajorPageFaults(number(0));
  }

  @Override
  public PodSandboxStats podSandboxStats(String podSandboxId) {
    return stats(node.pod(podSandboxId));
  }

  @Override
  public List<PodSandboxStats> listPodSandboxStats() {
    return node.pods().values().stream().filter(FakePod::isReady).map(this::stats).toList();
  }

  private PodSandboxStats stats(FakePod pod) {
    PodSandboxStatus status = pod.status();
    List<ContainerStats> containers =
        running(pod).stream().map(this::stats).filter(ContainerStats::hasCpu).toList();
    long used =
        containers.stream()
            .mapToLong(part -> part.getCpu().getUsageCoreNanoSeconds().getValue())
            .sum();
    long now = node.now();
    return PodSandboxStats.newBuilder()
        .setAttributes(
            PodSandboxAttributes.newBuilder()
                .setId(status.getId())
                .setMetadata(status.getMetadata())
                .putAllLabels(status.getLabelsMap())
                .putAllAnnotations(status.getAnnotationsMap()))
        .setLinux(
            LinuxPodSandboxStats.newBuilder()
                .setCpu(cpu(now, used, RATE * containers.size()))
                .setMemory(memory(now, MEMORY * containers.size()))
                .setProcess(
                    ProcessUsage.newBuilder()
                        .setTimestamp(now)
                        .setProcessCount(number(containers.size())))
                .addAllContainers(containers))
        .build();
  }

  @Override
  public List<MetricDescriptor> metricDescriptors() {
    return List.of(
        MetricDescriptor.newBuilder()
            .setName(MEMORY_METRIC)
            .setHelp("Memory in use, in bytes.")
            .addLabelKeys("name")
            .build());
  }

  @Override
  public List<PodSandboxMetrics> podSandboxMetrics() {
    return node.pods().values().stream().filter(FakePod::isReady).map(this::metrics).toList();
  }

  private PodSandboxMetrics metrics(FakePod pod) {
    PodSandboxMetrics.Builder metrics = PodSandboxMetrics.newBuilder().setPodSandboxId(pod.id);
    for (FakeContainer container : running(pod)) {
      metrics.addContainerMetrics(
          ContainerMetrics.newBuilder()
              .setContainerId(container.id)
              .addMetrics(
                  Metric.newBuilder()
                      .setName(MEMORY_METRIC)
                      .setTimestamp(node.now())
                      .setMetricType(MetricType.GAUGE)
                      .addLabelValues(container.config.getMetadata().getName())
                      .setValue(number(MEMORY))));
    }
    return metrics.build();
  }

  private List<FakeContainer> running(FakePod pod) {
    return node.containers().values().stream()
        .filter(container -> container.podId.equals(pod.id) && container.isRunning())
        .toList();
  }

  private static UInt64Value number(long value) {
    return UInt64Value.newBuilder().setValue(value).build();
  }
}
