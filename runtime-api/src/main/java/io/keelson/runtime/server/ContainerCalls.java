package io.keelson.runtime.server;

import io.grpc.Status;
import io.keelson.runtime.server.BackendRouter.ContainerRef;
import io.keelson.runtime.server.BackendRouter.Pod;
import io.keelson.runtime.spi.ContainerCheckpoints;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.LogReopening;
import io.keelson.runtime.spi.ResourceUpdates;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.CheckpointContainerRequest;
import io.keelson.runtime.v1.CheckpointContainerResponse;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ContainerStatusRequest;
import io.keelson.runtime.v1.ContainerStatusResponse;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.CreateContainerResponse;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.RemoveContainerRequest;
import io.keelson.runtime.v1.RemoveContainerResponse;
import io.keelson.runtime.v1.ReopenContainerLogRequest;
import io.keelson.runtime.v1.ReopenContainerLogResponse;
import io.keelson.runtime.v1.StartContainerRequest;
import io.keelson.runtime.v1.StartContainerResponse;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.StopContainerResponse;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdateContainerResourcesResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The container calls of {@code RuntimeService}. */
final class ContainerCalls {
  private final BackendRouter router;
  private final PodLocks locks;
  private final InFlightCalls inFlight;

  ContainerCalls(BackendRouter router, PodLocks locks, InFlightCalls inFlight) {
    this.router = router;
    this.locks = locks;
    this.inFlight = inFlight;
  }

  CreateContainerResponse create(CreateContainerRequest request) throws InterruptedException {
    ContainerConfig config = request.getConfig();
    ContainerMetadata metadata = config.getMetadata();
    Pod pod = router.pod(request.getPodSandboxId());
    String identity =
        "container %s (attempt %s) in sandbox %s"
            .formatted(
                metadata.getName(), Integer.toUnsignedString(metadata.getAttempt()), pod.id());
    String id =
        inFlight.call(
            "CreateContainer of " + identity,
            request,
            () -> {
              try (var _ = locks.acquire(pod.identity())) {
                refuseSecond(pod, metadata, identity);
                String made =
                    pod.backend()
                        .containers()
                        .createContainer(pod.id(), config, request.getSandboxConfig());
                router.addContainer(made, pod.id(), pod.backend());
                return made;
              }
            });
    return CreateContainerResponse.newBuilder().setContainerId(id).build();
  }

  private static void refuseSecond(Pod pod, ContainerMetadata metadata, String identity)
      throws InterruptedException {
    for (Container present : pod.backend().containers().listContainers()) {
      if (present.getPodSandboxId().equals(pod.id()) && present.getMetadata().equals(metadata)) {
        throw CriException.alreadyExists(
            "%s exists already as %s; remove that one or raise the attempt"
                .formatted(identity, present.getId()));
      }
    }
  }

  StartContainerResponse start(StartContainerRequest request) throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    try (var _ = locks.acquire(router.podOf(container).identity())) {
      container.backend().containers().startContainer(container.id());
    }
    return StartContainerResponse.getDefaultInstance();
  }

  /** Takes no lock: a long grace period must not hold up the rest of the pod. */
  StopContainerResponse stop(StopContainerRequest request) throws InterruptedException {
    Duration grace = Duration.ofSeconds(request.getTimeout());
    try {
      ContainerRef container = router.container(request.getContainerId());
      container.backend().containers().stopContainer(container.id(), grace);
    } catch (CriException e) {
      ignoreNotFound(request.getContainerId(), e);
    }
    return StopContainerResponse.getDefaultInstance();
  }

  RemoveContainerResponse remove(RemoveContainerRequest request) throws InterruptedException {
    try {
      ContainerRef container = router.container(request.getContainerId());
      try (var _ = locks.acquire(router.podOf(container).identity())) {
        container.backend().containers().removeContainer(container.id());
        router.forgetContainer(container.id());
      }
    } catch (CriException e) {
      ignoreNotFound(request.getContainerId(), e);
    }
    return RemoveContainerResponse.getDefaultInstance();
  }

  /** Stop and remove succeed on a container that is gone, even one that goes while they wait. */
  private void ignoreNotFound(String id, CriException failure) {
    if (failure.code() != Status.Code.NOT_FOUND) {
      throw failure;
    }
    router.forgetContainer(id);
  }

  ContainerStatusResponse status(ContainerStatusRequest request) throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    ContainerStatusResponse.Builder response =
        ContainerStatusResponse.newBuilder()
            .setStatus(container.backend().containers().containerStatus(container.id()));
    if (request.getVerbose()) {
      response.putAllInfo(container.backend().containers().containerInfo(container.id()));
    }
    return response.build();
  }

  List<Container> list(ContainerFilter filter) throws InterruptedException {
    List<Container> accepted = new ArrayList<>();
    for (RuntimeBackend backend : router.backends()) {
      for (Container container : backend.containers().listContainers()) {
        if (Filters.accepts(filter, container)) {
          accepted.add(container);
        }
      }
    }
    return accepted;
  }

  ExecSyncResponse execSync(ExecSyncRequest request) throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    return container
        .backend()
        .containers()
        .execSync(container.id(), request.getCmdList(), Duration.ofSeconds(request.getTimeout()));
  }

  ReopenContainerLogResponse reopenLog(ReopenContainerLogRequest request)
      throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    OptionalParts.require(container.backend(), LogReopening.class, "ReopenContainerLog")
        .reopenContainerLog(container.id());
    return ReopenContainerLogResponse.getDefaultInstance();
  }

  CheckpointContainerResponse checkpoint(CheckpointContainerRequest request)
      throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    ContainerCheckpoints checkpoints =
        OptionalParts.require(
            container.backend(), ContainerCheckpoints.class, "CheckpointContainer");
    try (var _ = locks.acquire(router.podOf(container).identity())) {
      checkpoints.checkpointContainer(
          container.id(), Path.of(request.getLocation()), Duration.ofSeconds(request.getTimeout()));
    }
    return CheckpointContainerResponse.getDefaultInstance();
  }

  UpdateContainerResourcesResponse updateResources(UpdateContainerResourcesRequest request)
      throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    ResourceUpdates updates =
        OptionalParts.require(
            container.backend(), ResourceUpdates.class, "UpdateContainerResources");
    try (var _ = locks.acquire(router.podOf(container).identity())) {
      updates.updateContainerResources(request.toBuilder().setContainerId(container.id()).build());
    }
    return UpdateContainerResourcesResponse.getDefaultInstance();
  }
}
