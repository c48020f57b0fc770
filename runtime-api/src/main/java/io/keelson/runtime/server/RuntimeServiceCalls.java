package io.keelson.runtime.server;

import static io.keelson.runtime.v1.RuntimeServiceGrpc.getAttachMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getCheckpointContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getCheckpointPodMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getContainerStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getContainerStatusMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getCreateContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getExecMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getExecSyncMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getGetContainerEventsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListContainerStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListContainersMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListMetricDescriptorsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListPodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListPodSandboxMetricsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getListPodSandboxStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getPodSandboxStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getPodSandboxStatusMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getPortForwardMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRemoveContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRemovePodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getReopenContainerLogMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRestorePodMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRunPodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getRuntimeConfigMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStartContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStatusMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStopContainerMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStopPodSandboxMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamContainerStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamContainersMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamPodSandboxMetricsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamPodSandboxStatsMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getStreamPodSandboxesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getUpdateContainerResourcesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getUpdatePodSandboxResourcesMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getUpdateRuntimeConfigMethod;
import static io.keelson.runtime.v1.RuntimeServiceGrpc.getVersionMethod;

import io.keelson.runtime.server.ServiceTable.Check;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.ListContainerStatsResponse;
import io.keelson.runtime.v1.ListContainersResponse;
import io.keelson.runtime.v1.ListPodSandboxMetricsResponse;
import io.keelson.runtime.v1.ListPodSandboxResponse;
import io.keelson.runtime.v1.ListPodSandboxStatsResponse;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.StreamContainerStatsResponse;
import io.keelson.runtime.v1.StreamContainersResponse;
import io.keelson.runtime.v1.StreamPodSandboxMetricsResponse;
import io.keelson.runtime.v1.StreamPodSandboxStatsResponse;
import io.keelson.runtime.v1.StreamPodSandboxesResponse;

/** {@code runtime.v1.RuntimeService}: how each RPC is checked and what answers it. */
final class RuntimeServiceCalls {
  private final PodSandboxCalls pods;
  private final PodCheckpointCalls checkpoints;
  private final ContainerCalls containers;
  private final StreamingCalls streaming;
  private final StatsCalls stats;
  private final StatusCalls status;
  private final EventHub events;

  RuntimeServiceCalls(
      PodSandboxCalls pods,
      PodCheckpointCalls checkpoints,
      ContainerCalls containers,
      StreamingCalls streaming,
      StatsCalls stats,
      StatusCalls status,
      EventHub events) {
    this.pods = pods;
    this.checkpoints = checkpoints;
    this.containers = containers;
    this.streaming = streaming;
    this.stats = stats;
    this.status = status;
    this.events = events;
  }

  /**
   * The service.
   *
   * @param fromMemory whether {@link RuntimeBackend#answersFromMemory} holds for every backend
   */
  ServiceTable table(CallRunner runner, boolean fromMemory) {
    ServiceTable table =
        new ServiceTable(RuntimeServiceGrpc.getServiceDescriptor(), runner, fromMemory);
    podSandboxes(table);
    containers(table);
    statistics(table);
    daemon(table);
    return table;
  }

  private void podSandboxes(ServiceTable table) {
    table
        .unary(getRunPodSandboxMethod(), PodSandboxChecks::run, pods::run)
        .unary(getStopPodSandboxMethod(), PodSandboxChecks::stop, pods::stop)
        .unary(getRemovePodSandboxMethod(), PodSandboxChecks::remove, pods::remove)
        .status(getPodSandboxStatusMethod(), PodSandboxChecks::status, pods::status)
        .list(
            getListPodSandboxMethod(),
            request -> pods.list(request.getFilter()),
            items -> ListPodSandboxResponse.newBuilder().addAllItems(items).build(),
            getStreamPodSandboxesMethod(),
            request -> pods.list(request.getFilter()),
            batch -> StreamPodSandboxesResponse.newBuilder().addAllPodSandboxes(batch).build())
        .unary(
            getUpdatePodSandboxResourcesMethod(),
            PodSandboxChecks::updateResources,
            pods::updateResources)
        .unary(getPortForwardMethod(), PodSandboxChecks::portForward, streaming::portForward)
        .unary(getCheckpointPodMethod(), PodCheckpointChecks::checkpoint, checkpoints::checkpoint)
        .unary(getRestorePodMethod(), PodCheckpointChecks::restore, checkpoints::restore);
  }

  private void containers(ServiceTable table) {
    table
        .unary(getCreateContainerMethod(), ContainerChecks::create, containers::create)
        .unary(getStartContainerMethod(), ContainerChecks::start, containers::start)
        .unary(getStopContainerMethod(), ContainerChecks::stop, containers::stop)
        .unary(getRemoveContainerMethod(), ContainerChecks::remove, containers::remove)
        .status(getContainerStatusMethod(), ContainerChecks::status, containers::status)
        .list(
            getListContainersMethod(),
            request -> containers.list(request.getFilter()),
            items -> ListContainersResponse.newBuilder().addAllContainers(items).build(),
            getStreamContainersMethod(),
            request -> containers.list(request.getFilter()),
            batch -> StreamContainersResponse.newBuilder().addAllContainers(batch).build())
        .unary(
            getUpdateContainerResourcesMethod(),
            ContainerChecks::updateResources,
            containers::updateResources)
        .unary(getReopenContainerLogMethod(), ContainerChecks::reopenLog, containers::reopenLog)
        .unary(getExecSyncMethod(), ContainerChecks::execSync, containers::execSync)
        .unary(getExecMethod(), ContainerChecks::exec, streaming::exec)
        .unary(getAttachMethod(), ContainerChecks::attach, streaming::attach)
        .unary(getCheckpointContainerMethod(), ContainerChecks::checkpoint, containers::checkpoint);
  }

  private void statistics(ServiceTable table) {
    table
        .unary(getContainerStatsMethod(), ContainerChecks::stats, stats::container)
        .blockingList(
            getListContainerStatsMethod(),
            request -> stats.containers(request.getFilter()),
            items -> ListContainerStatsResponse.newBuilder().addAllStats(items).build(),
            getStreamContainerStatsMethod(),
            request -> stats.containers(request.getFilter()),
            batch -> StreamContainerStatsResponse.newBuilder().addAllContainerStats(batch).build())
        .unary(getPodSandboxStatsMethod(), PodSandboxChecks::stats, stats::pod)
        .blockingList(
            getListPodSandboxStatsMethod(),
            request -> stats.pods(request.getFilter()),
            items -> ListPodSandboxStatsResponse.newBuilder().addAllStats(items).build(),
            getStreamPodSandboxStatsMethod(),
            request -> stats.pods(request.getFilter()),
            batch ->
                StreamPodSandboxStatsResponse.newBuilder().addAllPodSandboxStats(batch).build())
        .unary(getListMetricDescriptorsMethod(), Check.none(), request -> stats.metricDescriptors())
        .blockingList(
            getListPodSandboxMetricsMethod(),
            request -> stats.metrics(),
            items -> ListPodSandboxMetricsResponse.newBuilder().addAllPodMetrics(items).build(),
            getStreamPodSandboxMetricsMethod(),
            request -> stats.metrics(),
            batch ->
                StreamPodSandboxMetricsResponse.newBuilder()
                    .addAllPodSandboxMetrics(batch)
                    .build());
  }

  private void daemon(ServiceTable table) {
    table
        .immediate(getVersionMethod(), request -> status.version())
        .unary(getStatusMethod(), Check.none(), status::status)
        .unary(getRuntimeConfigMethod(), Check.none(), request -> status.runtimeConfig())
        .unary(
            getUpdateRuntimeConfigMethod(),
            StatusCalls::checkRuntimeConfig,
            status::updateRuntimeConfig)
        .stream(getGetContainerEventsMethod(), (request, sender) -> events.stream(sender));
  }
}
