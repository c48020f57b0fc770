package io.keelson.runtime.docker.stats;

import io.keelson.linux.InterfaceCounters;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.spi.StatsProvider;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.FilesystemIdentifier;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.LinuxPodSandboxStats;
import io.keelson.runtime.v1.NetworkInterfaceUsage;
import io.keelson.runtime.v1.NetworkUsage;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.ProcessUsage;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * CRI statistics out of cgroups, {@code /proc} and counts of writable layers. A container that does
 * not run has no figures but those of its writable layer; one that ends while it is read is shown
 * in that way too. Thread-safe.
 */
public final class EngineStats implements StatsProvider {
  private final Population population;
  private final Cgroups cgroups;
  private final Path processes;
  private final WritableLayers layers;
  private final Clock clock;

  /**
   * Statistics of a machine.
   *
   * @param processes where its processes are, {@code /proc}
   * @param layers is closed by its owner
   */
  public EngineStats(
      Population population, Cgroups cgroups, Path processes, WritableLayers layers, Clock clock) {
    this.population = population;
    this.cgroups = cgroups;
    this.processes = processes;
    this.layers = layers;
    this.clock = clock;
  }

  @Override
  public ContainerStats containerStats(String containerId) {
    MeasuredContainer container = population.container(containerId);
    return stats(container, usage(container));
  }

  @Override
  public List<ContainerStats> listContainerStats() {
    return population.containers().stream().map(c -> stats(c, usage(c))).toList();
  }

  @Override
  public PodSandboxStats podSandboxStats(String podSandboxId) throws InterruptedException {
    return stats(population.pod(podSandboxId));
  }

  @Override
  public List<PodSandboxStats> listPodSandboxStats() throws InterruptedException {
    return population.pods().stream().filter(pod -> pod.pid() != 0).map(this::stats).toList();
  }

  /** What a container uses; null when it does not run, or not any more. */
  private @Nullable Usage usage(MeasuredContainer container) {
    if (container.pid() == 0) {
      return null;
    }
    return container
        .meter()
        .read(
            () -> cgroups.ofContainer(process(container.pid()), container.id()),
            container.startedAt(),
            EpochNanos.now(clock))
        .orElse(null);
  }

  private ContainerStats stats(MeasuredContainer container, @Nullable Usage usage) {
    ContainerStats.Builder stats =
        usage == null ? ContainerStats.newBuilder() : usage.figures().toBuilder();
    stats.setAttributes(container.attributes());
    Path layer = container.writableLayer();
    if (layer != null) {
      FilesystemUsage.Builder taken =
          FilesystemUsage.newBuilder()
              .setFsId(
                  FilesystemIdentifier.newBuilder().setMountpoint(population.layerFilesystem()));
      layers
          .usage(layer, container.layerMeter())
          .ifPresent(count ->
              taken
                  .setTimestamp(count.at())
                  .setUsedBytes(Usage.value(count.bytes()))
                  .setInodesUsed(Usage.value(count.inodes())));
      stats.setWritableLayer(taken);
    }
    return stats.build();
  }

  private PodSandboxStats stats(MeasuredPod pod) {
    LinuxPodSandboxStats.Builder linux = LinuxPodSandboxStats.newBuilder();
    List<Usage> parts = new ArrayList<>();
    for (MeasuredContainer container : pod.containers()) {
      Usage usage = usage(container);
      if (usage != null) {
        parts.add(usage);
      }
      linux.addContainers(stats(container, usage));
    }
    if (pod.pid() != 0) {
      addUsage(linux, pod, parts);
      if (pod.ownNetwork()) {
        network(pod).ifPresent(linux::setNetwork);
      }
    }
    return PodSandboxStats.newBuilder().setAttributes(pod.attributes()).setLinux(linux).build();
  }

  /** Adds what the pod's own cgroup says, or the sum of its parts where it has none. */
  private void addUsage(LinuxPodSandboxStats.Builder linux, MeasuredPod pod, List<Usage> parts) {
    long now = EpochNanos.now(clock);
    Path process = process(pod.pid());
    if (pod.ownCgroup()) {
      Optional<Usage> whole =
          pod.meter().read(() -> cgroups.aroundContainer(process, pod.id()), pod.createdAt(), now);
      if (whole.isPresent()) {
        addUsage(linux, whole.get(), pod.meter().tasks());
        return;
      }
    }
    pod.pauseMeter()
        .read(() -> cgroups.ofContainer(process, pod.id()), pod.createdAt(), now)
        .ifPresent(pause -> {
          parts.add(pause);
          long tasks =
              pod.containers().stream().mapToLong(c -> c.meter().tasks()).sum()
                  + pod.pauseMeter().tasks();
          addUsage(linux, Usage.sum(now, parts), tasks);
        });
  }

  private static void addUsage(LinuxPodSandboxStats.Builder linux, Usage usage, long tasks) {
    ContainerStats figures = usage.figures();
    linux
        .setCpu(figures.getCpu())
        .setProcess(
            ProcessUsage.newBuilder().setTimestamp(usage.at()).setProcessCount(Usage.value(tasks)));
    if (figures.hasMemory()) {
      linux.setMemory(figures.getMemory());
    }
    if (figures.hasIo()) {
      linux.setIo(figures.getIo());
    }
  }

  private Optional<NetworkUsage> network(MeasuredPod pod) {
    NetworkUsage.Builder network = NetworkUsage.newBuilder().setTimestamp(EpochNanos.now(clock));
    for (InterfaceCounters counters : PodInterfaces.read(process(pod.pid()), pod.id(), cgroups)) {
      NetworkInterfaceUsage usage =
          NetworkInterfaceUsage.newBuilder()
              .setName(counters.name())
              .setRxBytes(Usage.value(counters.receivedBytes()))
              .setRxErrors(Usage.value(counters.receiveErrors()))
              .setTxBytes(Usage.value(counters.sentBytes()))
              .setTxErrors(Usage.value(counters.sendErrors()))
              .build();
      if (counters.name().equals(PodInterfaces.DEFAULT)) {
        network.setDefaultInterface(usage);
      } else {
        network.addInterfaces(usage);
      }
    }
    return network.hasDefaultInterface() || network.getInterfacesCount() > 0
        ? Optional.of(network.build())
        : Optional.empty();
  }

  private Path process(long pid) {
    return processes.resolve(Long.toString(pid));
  }
}
