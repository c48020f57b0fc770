package io.keelson.runtime.server;

import com.google.protobuf.MessageLite;
import io.grpc.stub.StreamObserver;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.*;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceImplBase;

/** {@code runtime.v1.RuntimeService}: which method of which call group answers each RPC. */
final class RuntimeServiceCalls extends RuntimeServiceImplBase {
  private final CallRunner runner;
  private final PodSandboxCalls pods;
  private final ContainerCalls containers;
  private final StatsCalls stats;
  private final StatusCalls status;
  private final EventHub events;

  RuntimeServiceCalls(
      CallRunner runner,
      PodSandboxCalls pods,
      ContainerCalls containers,
      StatsCalls stats,
      StatusCalls status,
      EventHub events) {
    this.runner = runner;
    this.pods = pods;
    this.containers = containers;
    this.stats = stats;
    this.status = status;
    this.events = events;
  }

  @Override
  public void version(VersionRequest request, StreamObserver<VersionResponse> reply) {
    runner.unary("Version", reply, () -> status.version());
  }

  @Override
  public void runPodSandbox(
      RunPodSandboxRequest request, StreamObserver<RunPodSandboxResponse> reply) {
    runner.unary("RunPodSandbox", reply, () -> pods.run(request));
  }

  @Override
  public void stopPodSandbox(
      StopPodSandboxRequest request, StreamObserver<StopPodSandboxResponse> reply) {
    runner.unary("StopPodSandbox", reply, () -> pods.stop(request));
  }

  @Override
  public void removePodSandbox(
      RemovePodSandboxRequest request, StreamObserver<RemovePodSandboxResponse> reply) {
    runner.unary("RemovePodSandbox", reply, () -> pods.remove(request));
  }

  @Override
  public void podSandboxStatus(
      PodSandboxStatusRequest request, StreamObserver<PodSandboxStatusResponse> reply) {
    runner.unary("PodSandboxStatus", reply, () -> pods.status(request));
  }

  @Override
  public void listPodSandbox(
      ListPodSandboxRequest request, StreamObserver<ListPodSandboxResponse> reply) {
    runner.unary(
        "ListPodSandbox",
        reply,
        () ->
            ListPodSandboxResponse.newBuilder()
                .addAllItems(pods.list(request.getFilter()))
                .build());
  }

  @Override
  public void streamPodSandboxes(
      StreamPodSandboxesRequest request, StreamObserver<StreamPodSandboxesResponse> reply) {
    runner.stream(
        "StreamPodSandboxes",
        reply,
        sender ->
            Batches.send(
                pods.list(request.getFilter()),
                batch -> StreamPodSandboxesResponse.newBuilder().addAllPodSandboxes(batch).build(),
                sender));
  }

  @Override
  public void createContainer(
      CreateContainerRequest request, StreamObserver<CreateContainerResponse> reply) {
    runner.unary("CreateContainer", reply, () -> containers.create(request));
  }

  @Override
  public void startContainer(
      StartContainerRequest request, StreamObserver<StartContainerResponse> reply) {
    runner.unary("StartContainer", reply, () -> containers.start(request));
  }

  @Override
  public void stopContainer(
      StopContainerRequest request, StreamObserver<StopContainerResponse> reply) {
    runner.unary("StopContainer", reply, () -> containers.stop(request));
  }

  @Override
  public void removeContainer(
      RemoveContainerRequest request, StreamObserver<RemoveContainerResponse> reply) {
    runner.unary("RemoveContainer", reply, () -> containers.remove(request));
  }

  @Override
  public void listContainers(
      ListContainersRequest request, StreamObserver<ListContainersResponse> reply) {
    runner.unary(
        "ListContainers",
        reply,
        () ->
            ListContainersResponse.newBuilder()
                .addAllContainers(containers.list(request.getFilter()))
                .build());
  }

  @Override
  public void streamContainers(
      StreamContainersRequest request, StreamObserver<StreamContainersResponse> reply) {
    runner.stream(
        "StreamContainers",
        reply,
        sender ->
            Batches.send(
                containers.list(request.getFilter()),
                batch -> StreamContainersResponse.newBuilder().addAllContainers(batch).build(),
                sender));
  }

  @Override
  public void containerStatus(
      ContainerStatusRequest request, StreamObserver<ContainerStatusResponse> reply) {
    runner.unary("ContainerStatus", reply, () -> containers.status(request));
  }

  @Override
  public void updateContainerResources(
      UpdateContainerResourcesRequest request,
      StreamObserver<UpdateContainerResourcesResponse> reply) {
    runner.unary("UpdateContainerResources", reply, () -> containers.updateResources(request));
  }

  @Override
  public void reopenContainerLog(
      ReopenContainerLogRequest request, StreamObserver<ReopenContainerLogResponse> reply) {
    runner.unary("ReopenContainerLog", reply, () -> containers.reopenLog(request));
  }

  @Override
  public void execSync(ExecSyncRequest request, StreamObserver<ExecSyncResponse> reply) {
    runner.unary("ExecSync", reply, () -> containers.execSync(request));
  }

  @Override
  public void exec(ExecRequest request, StreamObserver<ExecResponse> reply) {
    refuse("Exec", reply);
  }

  @Override
  public void attach(AttachRequest request, StreamObserver<AttachResponse> reply) {
    refuse("Attach", reply);
  }

  @Override
  public void portForward(PortForwardRequest request, StreamObserver<PortForwardResponse> reply) {
    refuse("PortForward", reply);
  }

  @Override
  public void containerStats(
      ContainerStatsRequest request, StreamObserver<ContainerStatsResponse> reply) {
    runner.unary(
        "ContainerStats",
        reply,
        () ->
            ContainerStatsResponse.newBuilder()
                .setStats(stats.container(request.getContainerId()))
                .build());
  }

  @Override
  public void listContainerStats(
      ListContainerStatsRequest request, StreamObserver<ListContainerStatsResponse> reply) {
    runner.unary(
        "ListContainerStats",
        reply,
        () ->
            ListContainerStatsResponse.newBuilder()
                .addAllStats(stats.containers(request.getFilter()))
                .build());
  }

  @Override
  public void streamContainerStats(
      StreamContainerStatsRequest request, StreamObserver<StreamContainerStatsResponse> reply) {
    runner.stream(
        "StreamContainerStats",
        reply,
        sender ->
            Batches.send(
                stats.containers(request.getFilter()),
                batch ->
                    StreamContainerStatsResponse.newBuilder().addAllContainerStats(batch).build(),
                sender));
  }

  @Override
  public void podSandboxStats(
      PodSandboxStatsRequest request, StreamObserver<PodSandboxStatsResponse> reply) {
    runner.unary(
        "PodSandboxStats",
        reply,
        () ->
            PodSandboxStatsResponse.newBuilder()
                .setStats(stats.pod(request.getPodSandboxId()))
                .build());
  }

  @Override
  public void listPodSandboxStats(
      ListPodSandboxStatsRequest request, StreamObserver<ListPodSandboxStatsResponse> reply) {
    runner.unary(
        "ListPodSandboxStats",
        reply,
        () ->
            ListPodSandboxStatsResponse.newBuilder()
                .addAllStats(stats.pods(request.getFilter()))
                .build());
  }

  @Override
  public void streamPodSandboxStats(
      StreamPodSandboxStatsRequest request, StreamObserver<StreamPodSandboxStatsResponse> reply) {
    runner.stream(
        "StreamPodSandboxStats",
        reply,
        sender ->
            Batches.send(
                stats.pods(request.getFilter()),
                batch ->
                    StreamPodSandboxStatsResponse.newBuilder().addAllPodSandboxStats(batch).build(),
                sender));
  }

  @Override
  public void updateRuntimeConfig(
      UpdateRuntimeConfigRequest request, StreamObserver<UpdateRuntimeConfigResponse> reply) {
    runner.unary("UpdateRuntimeConfig", reply, () -> status.updateRuntimeConfig(request));
  }

  @Override
  public void status(StatusRequest request, StreamObserver<StatusResponse> reply) {
    runner.unary("Status", reply, () -> status.status(request));
  }

  @Override
  public void checkpointContainer(
      CheckpointContainerRequest request, StreamObserver<CheckpointContainerResponse> reply) {
    refuse("CheckpointContainer", reply);
  }

  @Override
  public void checkpointPod(
      CheckpointPodRequest request, StreamObserver<CheckpointPodResponse> reply) {
    refuse("CheckpointPod", reply);
  }

  @Override
  public void restorePod(RestorePodRequest request, StreamObserver<RestorePodResponse> reply) {
    refuse("RestorePod", reply);
  }

  @Override
  public void getContainerEvents(
      GetEventsRequest request, StreamObserver<ContainerEventResponse> reply) {
    runner.stream("GetContainerEvents", reply, events::stream);
  }

  @Override
  public void listMetricDescriptors(
      ListMetricDescriptorsRequest request, StreamObserver<ListMetricDescriptorsResponse> reply) {
    runner.unary(
        "ListMetricDescriptors",
        reply,
        () ->
            ListMetricDescriptorsResponse.newBuilder()
                .addAllDescriptors(stats.metricDescriptors())
                .build());
  }

  @Override
  public void listPodSandboxMetrics(
      ListPodSandboxMetricsRequest request, StreamObserver<ListPodSandboxMetricsResponse> reply) {
    runner.unary(
        "ListPodSandboxMetrics",
        reply,
        () -> ListPodSandboxMetricsResponse.newBuilder().addAllPodMetrics(stats.metrics()).build());
  }

  @Override
  public void streamPodSandboxMetrics(
      StreamPodSandboxMetricsRequest request,
      StreamObserver<StreamPodSandboxMetricsResponse> reply) {
    runner.stream(
        "StreamPodSandboxMetrics",
        reply,
        sender ->
            Batches.send(
                stats.metrics(),
                batch ->
                    StreamPodSandboxMetricsResponse.newBuilder()
                        .addAllPodSandboxMetrics(batch)
                        .build(),
                sender));
  }

  @Override
  public void runtimeConfig(
      RuntimeConfigRequest request, StreamObserver<RuntimeConfigResponse> reply) {
    runner.unary("RuntimeConfig", reply, () -> status.runtimeConfig());
  }

  @Override
  public void updatePodSandboxResources(
      UpdatePodSandboxResourcesRequest request,
      StreamObserver<UpdatePodSandboxResourcesResponse> reply) {
    runner.unary("UpdatePodSandboxResources", reply, () -> containers.updatePodResources(request));
  }

  private <T extends MessageLite> void refuse(String rpc, StreamObserver<T> reply) {
    runner.unary(
        rpc,
        reply,
        () -> {
          throw CriException.unimplemented(rpc + " is not supported by this version of Keelson");
        });
  }
}
