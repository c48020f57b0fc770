package io.keelson.runtime.client;

import static io.keelson.runtime.v1.RuntimeServiceGrpc.getContainerStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListContainerStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListMetricDescriptorsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListPodSandboxMetricsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListPodSandboxStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getPodSandboxStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamContainerStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamPodSandboxMetricsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamPodSandboxStatsMethod;

import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.ContainerStatsRequest;
import io.keelson.runtime.v1.ListContainerStatsRequest;
import io.keelson.runtime.v1.ListMetricDescriptorsRequest;
import io.keelson.runtime.v1.ListPodSandboxMetricsRequest;
import io.keelson.runtime.v1.ListPodSandboxStatsRequest;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.PodSandboxMetrics;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import io.keelson.runtime.v1.PodSandboxStatsRequest;
import io.keelson.runtime.v1.StreamContainerStatsRequest;
import io.keelson.runtime.v1.StreamContainerStatsResponse;
import io.keelson.runtime.v1.StreamPodSandboxMetricsRequest;
import io.keelson.runtime.v1.StreamPodSandboxMetricsResponse;
import io.keelson.runtime.v1.StreamPodSandboxStatsRequest;
import io.keelson.runtime.v1.StreamPodSandboxStatsResponse;
import java.util.List;

/**
 * The calls of {@link RuntimeClient} that tell what pods and containers use; errors, deadlines and
 * repetition are as described there. Thread-safe.
 */
public final class StatsClient {
  private final Calls calls;

  StatsClient(Calls calls) {
    this.calls = calls;
  }

  /** What one container uses; {@code NOT_FOUND} when it is gone. */
  public ContainerStats containerStats(String containerId) throws InterruptedException {
    return calls
        .read(
            getContainerStatsMethod(),
            ContainerStatsRequest.newBuilder().setContainerId(containerId).build())
        .getStats();
  }

  /** What the containers that match a filter use. */
  public List<ContainerStats> listContainerStats(ContainerStatsFilter filter)
      throws InterruptedException {
    return calls
        .read(
            getListContainerStatsMethod(),
            ListContainerStatsRequest.newBuilder().setFilter(filter).build())
        .getStatsList();
  }

  /** Like {@link #listContainerStats}, for any number of containers. */
  public List<ContainerStats> streamContainerStats(ContainerStatsFilter filter)
      throws InterruptedException {
    return calls.readStream(
        getStreamContainerStatsMethod(),
        StreamContainerStatsRequest.newBuilder().setFilter(filter).build(),
        StreamContainerStatsResponse::getContainerStatsList,
        () -> listContainerStats(filter));
  }

  /** What one pod uses; {@code NOT_FOUND} when it is gone. */
  public PodSandboxStats podSandboxStats(String podSandboxId) throws InterruptedException {
    return calls
        .read(
            getPodSandboxStatsMethod(),
            PodSandboxStatsRequest.newBuilder().setPodSandboxId(podSandboxId).build())
        .getStats();
  }

  /** What the pods that match a filter use. */
  public List<PodSandboxStats> listPodSandboxStats(PodSandboxStatsFilter filter)
      throws InterruptedException {
    return calls
        .read(
            getListPodSandboxStatsMethod(),
            ListPodSandboxStatsRequest.newBuilder().setFilter(filter).build())
        .getStatsList();
  }

  /** Like {@link #listPodSandboxStats}, for any number of pods. */
  public List<PodSandboxStats> streamPodSandboxStats(PodSandboxStatsFilter filter)
      throws InterruptedException {
    return calls.readStream(
        getStreamPodSandboxStatsMethod(),
        StreamPodSandboxStatsRequest.newBuilder().setFilter(filter).build(),
        StreamPodSandboxStatsResponse::getPodSandboxStatsList,
        () -> listPodSandboxStats(filter));
  }

  /** The metrics this runtime can give. */
  public List<MetricDescriptor> listMetricDescriptors() throws InterruptedException {
    return calls
        .read(getListMetricDescriptorsMethod(), ListMetricDescriptorsRequest.getDefaultInstance())
        .getDescriptorsList();
  }

  /** Present samples of every pod's metrics. */
  public List<PodSandboxMetrics> listPodSandboxMetrics() throws InterruptedException {
    return calls
        .read(getListPodSandboxMetricsMethod(), ListPodSandboxMetricsRequest.getDefaultInstance())
        .getPodMetricsList();
  }

  /** Like {@link #listPodSandboxMetrics}, for any number of pods. */
  public List<PodSandboxMetrics> streamPodSandboxMetrics() throws InterruptedException {
    return calls.readStream(
        getStreamPodSandboxMetricsMethod(),
        StreamPodSandboxMetricsRequest.getDefaultInstance(),
        StreamPodSandboxMetricsResponse::getPodSandboxMetricsList,
        () -> listPodSandboxMetrics());
  }
}
