package io.keelson.runtime.docker;

import io.keelson.linux.Filesystems;
import io.keelson.linux.NativeFilesystems;
import io.keelson.linux.NativeMounts;
import io.keelson.linux.NetworkNamespaces;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.docker.cdi.CdiDevices;
import io.keelson.runtime.docker.checkpoint.CheckpointWriter;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.image.DockerImages;
import io.keelson.runtime.docker.log.ContainerLogs;
import io.keelson.runtime.docker.mount.ContainerMounts;
import io.keelson.runtime.docker.stats.EngineMetrics;
import io.keelson.runtime.docker.stats.EngineStats;
import io.keelson.runtime.docker.stats.WritableLayers;
import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.ContainerCheckpoints;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.ContainerSession;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ExecSession;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.spi.LogReopening;
import io.keelson.runtime.spi.MetricsProvider;
import io.keelson.runtime.spi.PodCheckpoints;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.spi.PortConnection;
import io.keelson.runtime.spi.ResourceUpdates;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.StatsProvider;
import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetrics;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeFeatures;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.RuntimeHandlerFeatures;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Pods and containers as containers of a Docker Engine. CRI ids are the engine's own ids, so that
 * {@code docker inspect} and cgroup paths speak of the same things. Thread-safe.
 *
 * <p>Lists and statuses are answered from memory, which the engine's events keep up to date.
 * Several daemons can share an engine when their state folders differ.
 */
public final class DockerBackend
    implements RuntimeBackend,
        LogReopening,
        ResourceUpdates,
        ContainerCheckpoints,
        PodCheckpoints,
        StreamingSessions,
        StatsProvider,
        MetricsProvider {
  static final String NAME = "docker";

  private static final Path PROCESSES = Path.of("/proc");
  private static final Path BLOCK_DEVICES = Path.of("/sys/dev/block");

  private final DockerEngine engine;
  private final DockerSettings settings;
  private final BackendContext context;
  private final NetworkNamespaces namespaces;
  private final Steps steps;
  private final DockerImages images;
  private final ContainerLogs logs;
  private final boolean copiesTrees = new NativeMounts().canCopyTrees();
  private volatile @Nullable Parts parts;

  /** What exists once the backend knows where to report events. */
  private record Parts(
      DockerPodSandboxes sandboxes,
      DockerContainers containers,
      Inventory inventory,
      LimitUpdates limits,
      DockerCheckpoints checkpoints,
      DockerSessions sessions,
      WritableLayers layers,
      EngineStats stats,
      EngineMetrics metrics,
      EngineWatch watch) {}

  /**
   * Creates a backend, without talking to the engine.
   *
   * @param engine is closed with the backend
   * @param settings what it was told
   * @param namespaces pins the network namespaces of pods
   * @param steps is told each step of calls that make or remove something
   */
  public DockerBackend(
      DockerEngine engine,
      DockerSettings settings,
      BackendContext context,
      NetworkNamespaces namespaces,
      Steps steps) {
    this.engine = engine;
    this.settings = settings;
    this.context = context;
    this.namespaces = namespaces;
    this.steps = steps;
    this.images = new DockerImages(engine, settings.mirrors(), context.clock());
    this.logs = ContainerLogs.open(context.stateDirectory().resolve("logs"));
  }

  @Override
  public void start(ContainerEventSink events) throws InterruptedException {
    Path state = context.stateDirectory();
    PodNetwork network = context.podNetwork();
    String owner = owner(state);
    Inventory inventory = new Inventory(state);
    EngineContainers engineContainers = new EngineContainers(engine, owner);
    SecurityOptions security = SecurityOptions.ofThisMachine();
    ResourceOptions resources = ResourceOptions.ofThisMachine();
    Cgroups cgroups = Cgroups.mountedAt(Cgroups.DEFAULT_MOUNT);
    CgroupLimits limits = new CgroupLimits(cgroups, PROCESSES);
    PodFiles files = new PodFiles(state.resolve("pods"));
    Filesystems filesystems = new NativeFilesystems();
    WritableLayers layers = new WritableLayers(filesystems, context.clock());
    ContainerStates states =
        new ContainerStates(
            inventory, engineContainers, limits, logs, layers, events, context.clock());
    PauseContainer pause =
        new PauseContainer(
            engine, engineContainers, owner, settings.runtimes(), security, resources);
    ContainerOptions options =
        new ContainerOptions(
            owner,
            settings.runtimes(),
            security,
            resources,
            settings.ulimits(),
            files,
            ContainerLogs.logConfig());
    DockerContainers containers =
        new DockerContainers(
            inventory,
            engine,
            engineContainers,
            options,
            new ContainerMounts(
                new NativeMounts(), images::layers, context.runDirectory().resolve("mounts")),
            states,
            logs,
            images,
            new ImageAccounts(engine, engineContainers, options),
            new CdiDevices(settings.cdiDirectories()),
            limits,
            context.clock(),
            steps);
    DockerPodSandboxes sandboxes =
        new DockerPodSandboxes(
            inventory,
            engineContainers,
            pause,
            containers,
            network,
            new NetworkPins(
                namespaces,
                new StartingProcesses(Cgroups.DEFAULT_MOUNT, PROCESSES),
                context.runDirectory().resolve("netns")),
            files,
            context.clock(),
            steps,
            events);
    CheckpointWriter checkpoints = new CheckpointWriter(engine, state.resolve("checkpoints"));
    Recovery recovery =
        new Recovery(
            inventory, engineContainers, sandboxes, containers, states, network, checkpoints);
    EngineWatch watch =
        new EngineWatch(
            engine, images, inventory, engineContainers, states, recovery, events, context.clock());
    DockerSessions sessions = new DockerSessions(inventory, engine, namespaces);
    DockerPopulation population = new DockerPopulation(inventory, pause, watch);
    parts =
        new Parts(
            sandboxes,
            containers,
            inventory,
            new LimitUpdates(inventory, engine, resources, limits, cgroups),
            new DockerCheckpoints(
                inventory,
                engine,
                engineContainers,
                sandboxes,
                containers,
                checkpoints,
                context.clock()),
            sessions,
            layers,
            new EngineStats(population, cgroups, PROCESSES, layers, context.clock()),
            new EngineMetrics(
                population,
                cgroups,
                PROCESSES,
                BLOCK_DEVICES,
                layers,
                filesystems,
                context.clock()),
            watch);
    watch.start();
  }

  /** The mark of a daemon's containers: the one with the same state folder finds them again. */
  static String owner(Path stateDirectory) {
    return UUID.nameUUIDFromBytes(
            stateDirectory.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8))
        .toString();
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return parts().watch().version();
  }

  @Override
  public List<RuntimeHandler> runtimeHandlers() {
    return Stream.concat(Stream.of(NAME), settings.runtimes().keySet().stream().sorted())
        .map(name ->
            RuntimeHandler.newBuilder()
                .setName(name)
                .setFeatures(
                    RuntimeHandlerFeatures.newBuilder().setRecursiveReadOnlyMounts(copiesTrees))
                .build())
        .toList();
  }

  @Override
  public RuntimeFeatures features() {
    return RuntimeFeatures.newBuilder()
        .setMountOptions(copiesTrees)
        .setSupplementalGroupsPolicy(true)
        .build();
  }

  @Override
  public boolean answersFromMemory() {
    return true;
  }

  @Override
  public CgroupDriver cgroupDriver() {
    return parts().watch().cgroupDriver();
  }

  @Override
  public List<RuntimeCondition> conditions() {
    RuntimeCondition runtime =
        parts()
            .watch()
            .trouble()
            .map(why ->
                RuntimeCondition.newBuilder()
                    .setType("RuntimeReady")
                    .setReason("DockerEngineNotReady")
                    .setMessage(why)
                    .build())
            .orElseGet(() ->
                RuntimeCondition.newBuilder().setType("RuntimeReady").setStatus(true).build());
    return List.of(runtime, context.podNetwork().condition());
  }

  @Override
  public PodSandboxes podSandboxes() {
    return parts().sandboxes();
  }

  @Override
  public Containers containers() {
    return parts().containers();
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public void reopenContainerLog(String containerId) throws InterruptedException {
    DockerContainer container = parts().inventory().container(containerId);
    if (container.state() != ContainerState.CONTAINER_RUNNING) {
      throw CriException.failedPrecondition(
          "container '%s' is in state %s; only the log of a running one can be reopened"
              .formatted(containerId, container.state()));
    }
    logs.reopen(containerId);
  }

  @Override
  public ExecSession exec(ExecRequest request) throws InterruptedException {
    return parts().sessions().exec(request);
  }

  @Override
  public ContainerSession attach(AttachRequest request) throws InterruptedException {
    return parts().sessions().attach(request);
  }

  @Override
  public PortConnection connect(String podSandboxId, int port)
      throws IOException, InterruptedException {
    return parts().sessions().connect(podSandboxId, port);
  }

  @Override
  public void updateContainerResources(UpdateContainerResourcesRequest request)
      throws InterruptedException {
    parts().limits().updateContainerResources(request);
  }

  @Override
  public void updatePodSandboxResources(UpdatePodSandboxResourcesRequest request) {
    parts().limits().updatePodSandboxResources(request);
  }

  @Override
  public void checkpointContainer(String containerId, Path location, Duration limit)
      throws InterruptedException {
    parts().checkpoints().checkpointContainer(containerId, location, limit);
  }

  @Override
  public void checkpointPod(String podSandboxId, List<String> containerIds, Path folder)
      throws InterruptedException {
    parts().checkpoints().checkpointPod(podSandboxId, containerIds, folder);
  }

  @Override
  public RestoredPod restorePod(
      Path folder, PodSandboxConfig config, String runtimeHandler, List<ContainerConfig> containers)
      throws InterruptedException {
    return parts().checkpoints().restorePod(folder, config, runtimeHandler, containers);
  }

  @Override
  public ContainerStats containerStats(String containerId) {
    return parts().stats().containerStats(containerId);
  }

  @Override
  public List<ContainerStats> listContainerStats() {
    return parts().stats().listContainerStats();
  }

  @Override
  public PodSandboxStats podSandboxStats(String podSandboxId) throws InterruptedException {
    return parts().stats().podSandboxStats(podSandboxId);
  }

  @Override
  public List<PodSandboxStats> listPodSandboxStats() throws InterruptedException {
    return parts().stats().listPodSandboxStats();
  }

  @Override
  public List<MetricDescriptor> metricDescriptors() {
    return parts().metrics().metricDescriptors();
  }

  @Override
  public List<PodSandboxMetrics> podSandboxMetrics() throws InterruptedException {
    return parts().metrics().podSandboxMetrics();
  }

  private Parts parts() {
    Parts started = parts;
    if (started == null) {
      throw new IllegalStateException("the Docker backend is not started");
    }
    return started;
  }

  @Override
  public void close() {
    Parts started = parts;
    if (started != null) {
      started.watch().close();
      started.layers().close();
      started.inventory().close();
    }
    logs.close();
    images.close();
    engine.close();
  }
}
