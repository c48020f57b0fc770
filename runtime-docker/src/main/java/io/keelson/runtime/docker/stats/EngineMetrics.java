package io.keelson.runtime.docker.stats;

import io.keelson.linux.Filesystems;
import io.keelson.linux.InterfaceCounters;
import io.keelson.linux.cgroup.Cgroup;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.docker.stats.FilesystemMetrics.LayerFilesystem;
import io.keelson.runtime.docker.stats.FilesystemMetrics.LayerShare;
import io.keelson.runtime.docker.stats.ProcessMetrics.Life;
import io.keelson.runtime.spi.MetricsProvider;
import io.keelson.runtime.v1.ContainerMetrics;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.PodSandboxMetrics;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The metrics that cAdvisor gave of containers, by its names, out of cgroups and {@code /proc}. A
 * container that does not run has none. Thread-safe.
 */
public final class EngineMetrics implements MetricsProvider {
  private static final List<String> LABELS =
      List.of("namespace", "pod", "container", "id", "image", "name");

  private final Population population;
  private final Cgroups cgroups;
  private final Path processes;
  private final WritableLayers layers;
  private final Filesystems filesystems;
  private final Clock clock;
  private final List<MetricGroup<Running, ?>> groups;

  /** A container that runs, as found for one answer. */
  private record Running(
      MeasuredContainer container,
      Cgroup cgroup,
      Path process,
      @Nullable LayerFilesystem filesystem,
      long now) {}

  /**
   * The metrics of a machine.
   *
   * @param processes where its processes are, {@code /proc}
   * @param blockDevices where its block devices are, {@code /sys/dev/block}
   * @param layers is closed by its owner
   */
  public EngineMetrics(
      Population population,
      Cgroups cgroups,
      Path processes,
      Path blockDevices,
      WritableLayers layers,
      Filesystems filesystems,
      Clock clock) {
    this.population = population;
    this.cgroups = cgroups;
    this.processes = processes;
    this.layers = layers;
    this.filesystems = filesystems;
    this.clock = clock;
    this.groups = groups(new FilesystemMetrics(new BlockDevices(blockDevices)));
  }

  private List<MetricGroup<Running, ?>> groups(FilesystemMetrics filesystem) {
    List<MetricGroup<Running, ?>> all = new ArrayList<>();
    CgroupMetrics.ALL.forEach(group -> all.add(group.of(Running::cgroup)));
    all.add(
        new MetricGroup<>(
            running -> Optional.of(ProcessFigures.read(running.cgroup(), processes)),
            ProcessMetrics.ALL));
    all.add(
        new MetricGroup<>(
            running -> ProcessFigures.openFilesLimit(running.process()), ProcessMetrics.LIMITS));
    all.add(
        new MetricGroup<>(
            running -> Optional.of(new Life(running.container().startedAt(), running.now())),
            ProcessMetrics.LIFE));
    all.add(
        new MetricGroup<>(
            running -> Optional.ofNullable(running.filesystem()), FilesystemMetrics.CAPACITY));
    all.add(new MetricGroup<>(this::layerShare, FilesystemMetrics.USAGE));
    all.add(filesystem.io().of(Running::cgroup));
    return List.copyOf(all);
  }

  private Optional<LayerShare> layerShare(Running running) {
    Path layer = running.container().writableLayer();
    LayerFilesystem filesystem = running.filesystem();
    return layer == null || filesystem == null
        ? Optional.empty()
        : layers
            .usage(layer, running.container().layerMeter())
            .map(count -> new LayerShare(filesystem.device(), count));
  }

  @Override
  public List<MetricDescriptor> metricDescriptors() {
    return Stream.concat(
            groups.stream().flatMap(group -> group.families().stream()),
            NetworkMetrics.ALL.stream())
        .map(family -> family.descriptor(LABELS))
        .toList();
  }

  @Override
  public List<PodSandboxMetrics> podSandboxMetrics() throws InterruptedException {
    LayerFilesystem filesystem =
        LayerFilesystem.of(Path.of(population.layerFilesystem()), filesystems).orElse(null);
    List<PodSandboxMetrics> all = new ArrayList<>();
    for (MeasuredPod pod : population.pods()) {
      if (pod.pid() != 0) {
        all.add(metrics(pod, filesystem));
      }
    }
    return all;
  }

  private PodSandboxMetrics metrics(MeasuredPod pod, @Nullable LayerFilesystem filesystem) {
    PodSandboxMetrics.Builder metrics = PodSandboxMetrics.newBuilder().setPodSandboxId(pod.id());
    if (pod.ownNetwork()) {
      long now = EpochNanos.now(clock);
      List<String> labels = labels(pod, "", pod.id(), "");
      List<InterfaceCounters> interfaces =
          PodInterfaces.read(process(pod.pid()), pod.id(), cgroups);
      NetworkMetrics.ALL.forEach(
          family -> metrics.addAllMetrics(family.metrics(interfaces, labels, now)));
    }
    for (MeasuredContainer container : pod.containers()) {
      if (container.pid() != 0) {
        Path process = process(container.pid());
        cgroups
            .ofContainer(process, container.id())
            .map(cgroup ->
                new Running(container, cgroup, process, filesystem, EpochNanos.now(clock)))
            .ifPresent(running -> metrics.addContainerMetrics(metrics(pod, running)));
      }
    }
    return metrics.build();
  }

  private ContainerMetrics metrics(MeasuredPod pod, Running running) {
    MeasuredContainer container = running.container();
    List<String> labels =
        labels(
            pod, container.attributes().getMetadata().getName(), container.id(), container.image());
    ContainerMetrics.Builder metrics = ContainerMetrics.newBuilder().setContainerId(container.id());
    groups.forEach(group -> metrics.addAllMetrics(group.metrics(running, labels, running.now())));
    return metrics.build();
  }

  /** In the order of {@link #LABELS}. */
  private static List<String> labels(MeasuredPod pod, String container, String id, String image) {
    return List.of(
        pod.attributes().getMetadata().getNamespace(),
        pod.attributes().getMetadata().getName(),
        container,
        id,
        image,
        id);
  }

  private Path process(long pid) {
    return processes.resolve(Long.toString(pid));
  }
}
