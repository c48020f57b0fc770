package io.keelson.runtime.fake.fault;

import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.ContainerSession;
import io.keelson.runtime.spi.Containers;
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
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import java.io.IOException;
import java.util.List;

/** The healthy fake with all its optional parts, of which a fault changes what it wants. */
abstract class ForwardingBackend
    implements RuntimeBackend,
        ResourceUpdates,
        LogReopening,
        StatsProvider,
        MetricsProvider,
        StreamingSessions {
  final FakeBackend healthy;

  ForwardingBackend(FakeBackend healthy) {
    this.healthy = healthy;
  }

  @Override
  public void start(ContainerEventSink events) {
    healthy.start(events);
  }

  @Override
  public String name() {
    return healthy.name();
  }

  @Override
  public String version() {
    return healthy.version();
  }

  @Override
  public List<RuntimeHandler> runtimeHandlers() {
    return healthy.runtimeHandlers();
  }

  @Override
  public RuntimeFeatures features() {
    return healthy.features();
  }

  @Override
  public CgroupDriver cgroupDriver() {
    return healthy.cgroupDriver();
  }

  @Override
  public List<RuntimeCondition> conditions() {
    return healthy.conditions();
  }

  @Override
  public boolean answersFromMemory() {
    return healthy.answersFromMemory();
  }

  @Override
  public PodSandboxes podSandboxes() {
    return healthy.podSandboxes();
  }

  @Override
  public Containers containers() {
    return healthy.containers();
  }

  @Override
  public Images images() {
    return healthy.images();
  }

  @Override
  public void updateContainerResources(UpdateContainerResourcesRequest request) {
    healthy.updateContainerResources(request);
  }

  @Override
  public void updatePodSandboxResources(UpdatePodSandboxResourcesRequest request) {
    healthy.updatePodSandboxResources(request);
  }

  @Override
  public void reopenContainerLog(String containerId) {
    healthy.reopenContainerLog(containerId);
  }

  @Override
  public ContainerStats containerStats(String containerId) {
    return healthy.containerStats(containerId);
  }

  @Override
  public List<ContainerStats> listContainerStats() {
    return healthy.listContainerStats();
  }

  @Override
  public PodSandboxStats podSandboxStats(String podSandboxId) {
    return healthy.podSandboxStats(podSandboxId);
  }

  @Override
  public List<PodSandboxStats> listPodSandboxStats() {
    return healthy.listPodSandboxStats();
  }

  @Override
  public List<MetricDescriptor> metricDescriptors() {
    return healthy.metricDescriptors();
  }

  @Override
  public List<PodSandboxMetrics> podSandboxMetrics() {
    return healthy.podSandboxMetrics();
  }

  @Override
  public ExecSession exec(ExecRequest request) {
    return healthy.exec(request);
  }

  @Override
  public ContainerSession attach(AttachRequest request) {
    return healthy.attach(request);
  }

  @Override
  public PortConnection connect(String podSandboxId, int port) throws IOException {
    return healthy.connect(podSandboxId, port);
  }

  @Override
  public void close() {
    healthy.close();
  }
}
