package io.keelson.runtime.fake;

import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.ContainerSession;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ExecSession;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.spi.LogReopening;
import io.keelson.runtime.spi.MetricsProvider;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.spi.PortConnection;
import io.keelson.runtime.spi.ResourceUpdates;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.StatsProvider;
import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.PodSandboxMetrics;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeFeatures;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.RuntimeHandlerFeatures;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.List;

/**
 * A runtime in memory. Pods get addresses from 10.88.0.0/16 that nobody answers on. Containers run
 * until they are stopped or {@linkplain #exitContainer told to end}, except that one whose command
 * line ends with {@code exit N} ends with that code at once; their logs, where a log path is given,
 * have a line for the start and one for the end; a command executed in them prints its own words
 * and succeeds, but one with streams of its own can be a little shell: see {@code sh}, {@code cat},
 * {@code exit} and others in {@code FakeProgram}. Attached containers and TCP ports send back what
 * they receive; port 1 is closed. Every image can be pulled, except names that begin with {@code
 * missing/}, which no registry has. Nothing but logs survives the process. Thread-safe.
 *
 * <p>A runtime author can start from here: this class and its three parts are all that a backend
 * needs; {@link ResourceUpdates}, {@link LogReopening}, {@link StatsProvider}, {@link
 * MetricsProvider} and {@link StreamingSessions} are optional.
 */
public final class FakeBackend
    implements RuntimeBackend,
        ResourceUpdates,
        LogReopening,
        StatsProvider,
        MetricsProvider,
        StreamingSessions {
  static final String NAME = "fake";

  private final String name;
  private final FakeImages images;
  private final FakeNode node;
  private final FakePodSandboxes podSandboxes;
  private final FakeContainers containers;
  private final FakeSessions sessions;
  private final FakeStats stats;

  /**
   * Creates a backend named {@code fake}, without pods or images.
   *
   * @param clock gives every time stamp
   */
  public FakeBackend(Clock clock) {
    this(NAME, clock);
  }

  /**
   * Creates a backend without pods or images.
   *
   * @param name its name and that of its only runtime handler
   * @param clock gives every time stamp
   */
  public FakeBackend(String name, Clock clock) {
    this.name = name;
    this.node = new FakeNode(clock);
    this.images = new FakeImages(node);
    this.podSandboxes = new FakePodSandboxes(node);
    this.containers = new FakeContainers(node, images);
    this.sessions = new FakeSessions(node);
    this.stats = new FakeStats(node);
  }

  @Override
  public void start(ContainerEventSink events) {
    node.reportTo(events);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public List<RuntimeHandler> runtimeHandlers() {
    return List.of(
        RuntimeHandler.newBuilder()
            .setName(name)
            .setFeatures(RuntimeHandlerFeatures.getDefaultInstance())
            .build());
  }

  @Override
  public RuntimeFeatures features() {
    return RuntimeFeatures.newBuilder().setSupplementalGroupsPolicy(true).build();
  }

  @Override
  public CgroupDriver cgroupDriver() {
    return CgroupDriver.CGROUPFS;
  }

  @Override
  public List<RuntimeCondition> conditions() {
    return List.of(
        RuntimeCondition.newBuilder().setType("RuntimeReady").setStatus(true).build(),
        RuntimeCondition.newBuilder().setType("NetworkReady").setStatus(true).build());
  }

  @Override
  public PodSandboxes podSandboxes() {
    return podSandboxes;
  }

  @Override
  public Containers containers() {
    return containers;
  }

  @Override
  public Images images() {
    return images;
  }

  /**
   * Ends a running container as if its program had ended by itself; does nothing to one that does
   * not run.
   *
   * @param exitCode 0 to 255
   * @throws CriException {@code NOT_FOUND} when there is no such container
   */
  public void exitContainer(String containerId, int exitCode) {
    node.container(containerId).exit(exitCode);
  }

  @Override
  public void updateContainerResources(UpdateContainerResourcesRequest request) {
    node.container(request.getContainerId()).update(request.getLinux());
  }

  /** Fake pods have no cgroup, so there is nothing to take note of but that the pod is here. */
  @Override
  public void updatePodSandboxResources(UpdatePodSandboxResourcesRequest request) {
    node.pod(request.getPodSandboxId());
  }

  @Override
  public void reopenContainerLog(String containerId) {
    node.container(containerId).reopenLog();
  }

  @Override
  public ExecSession exec(ExecRequest request) {
    return sessions.exec(request);
  }

  @Override
  public ContainerSession attach(AttachRequest request) {
    return sessions.attach(request);
  }

  @Override
  public PortConnection connect(String podSandboxId, int port) throws IOException {
    return sessions.connect(podSandboxId, port);
  }

  @Override
  public ContainerStats containerStats(String containerId) {
    return stats.containerStats(containerId);
  }

  @Override
  public List<ContainerStats> listContainerStats() {
    return stats.listContainerStats();
  }

  @Override
  public PodSandboxStats podSandboxStats(String podSandboxId) {
    return stats.podSandboxStats(podSandboxId);
  }

  @Override
  public List<PodSandboxStats> listPodSandboxStats() {
    return stats.listPodSandboxStats();
  }

  @Override
  public List<MetricDescriptor> metricDescriptors() {
    return stats.metricDescriptors();
  }

  @Override
  public List<PodSandboxMetrics> podSandboxMetrics() {
    return stats.podSandboxMetrics();
  }

  /** How many commands, attachments and port connections clients have open now. */
  public int openSessions() {
    return sessions.count();
  }

  @Override
  public void close() {
    node.reportTo((containerId, podSandboxId, type, createdAtNanos) -> {});
  }
}
