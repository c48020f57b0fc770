package io.keelson.runtime.server;

import io.grpc.Status;
import io.keelson.runtime.server.BackendRouter.ContainerRef;
import io.keelson.runtime.server.BackendRouter.Pod;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.LogReopening;
import io.keelson.runtime.spi.ResourceUpdates;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerFilter;
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
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesResponse;
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
    String podId = RequestValidation.podSandboxId(request.getPodSandboxId());
    ContainerConfig config = request.getConfig();
    RequestValidation.containerConfig(config);
    if (request.hasSandboxConfig()) {
      RequestValidation.sandboxConfig(request.getSandboxConfig());
    }
    Pod pod = router.pod(podId);
    String identity =
        "CreateContainer of %s (attempt %d) in sandbox %s"
            .formatted(config.getMetadata().getName(), config.getMetadata().getAttempt(), pod.id());
    String id =
        inFlight.call(
            identity,
            request,
            () -> {
              try (var _ = locks.acquire(pod.id())) {
                refuseSecond(pod, config, identity);
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

  private static void refuseSecond(Pod pod, ContainerConfig config, String identity)
      throws InterruptedException {
    for (Container present : pod.backend().containers().listContainers()) {
      if (present.getPodSandboxId().equals(pod.id())
          && present.getMetadata().equals(config.getMetadata())) {
        throw CriException.alreadyExists(
            "%s: container %s has this name and attempt; remove it or raise the attempt"
                .formatted(identity, present.getId()));
      }
    }
  }

  StartContainerResponse start(StartContainerRequest request) throws InterruptedException {
    ContainerRef container = resolve(request.getContainerId());
    try (var _ = locks.acquire(container.podSandboxId())) {
      container.backend().containers().startContainer(container.id());
    }
    return StartContainerResponse.getDefaultInstance();
  }

  /** Takes no lock: a long grace period must not hold up the rest of the pod. */
  StopContainerResponse stop(StopContainerRequest request) throws InterruptedException {
    String id = RequestValidation.containerId(request.getContainerId());
    Duration grace = Duration.ofSeconds(RequestValidation.timeoutSeconds(request.getTimeout()));
    try {
      ContainerRef container = router.container(id);
      container.backend().containers().stopContainer(container.id(), grace);
    } catch (CriException e) {
      ignoreNotFound(id, e);
    }
    return StopContainerResponse.getDefaultInstance();
  }

  RemoveContainerResponse remove(RemoveContainerRequest request) throws InterruptedException {
    String id = RequestValidation.containerId(request.getContainerId());
    try {
      ContainerRef container = router.container(id);
      try (var _ = locks.acquire(container.podSandboxId())) {
        container.backend().containers().removeContainer(container.id());
        router.forgetContainer(container.id());
      }
    } catch (CriException e) {
      ignoreNotFound(id, e);
    }
    return RemoveContainerResponse.getDefaultInstance();
  }

  private void ignoreNotFound(String id, CriException failure) {
    if (failure.code() != Status.Code.NOT_FOUND) {
      throw failure;
    }
    router.forgetContainer(id);
  }

  ContainerStatusResponse status(ContainerStatusRequest request) throws InterruptedException {
    ContainerRef container = resolve(request.getContainerId());
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
    RequestValidation.containerId(request.getContainerId());
    RequestValidation.command(request.getCmdList());
    Duration timeout = Duration.ofSeconds(RequestValidation.timeoutSeconds(request.getTimeout()));
    ContainerRef container = router.container(request.getContainerId());
    return container.backend().containers().execSync(container.id(), request.getCmdList(), timeout);
  }

  ReopenContainerLogResponse reopenLog(ReopenContainerLogRequest request)
      throws InterruptedException {
    ContainerRef container = resolve(request.getContainerId());
    OptionalParts.require(container.backend(), LogReopening.class, "ReopenContainerLog")
        .reopenContainerLog(container.id());
    return ReopenContainerLogResponse.getDefaultInstance();
  }

  UpdateContainerResourcesResponse updateResources(UpdateContainerResourcesRequest request)
      throws InterruptedException {
    RequestValidation.resources("linux", request.getLinux());
    ContainerRef container = resolve(request.getContainerId());
    ResourceUpdates updates =
        OptionalParts.require(
            container.backend(), ResourceUpdates.class, "UpdateContainerResources");
    try (var _ = locks.acquire(container.podSandboxId())) {
      updates.updateContainerResources(request.toBuilder().setContainerId(container.id()).build());
    }
    return UpdateContainerResourcesResponse.getDefaultInstance();
  }

  UpdatePodSandboxResourcesResponse updatePodResources(UpdatePodSandboxResourcesRequest request)
      throws InterruptedException {
    RequestValidation.resources("resources", request.getResources());
    RequestValidation.resources("overhead", request.getOverhead());
    Pod pod = router.pod(RequestValidation.podSandboxId(request.getPodSandboxId()));
    ResourceUpdates updates =
        OptionalParts.require(pod.backend(), ResourceUpdates.class, "UpdatePodSandboxResources");
    try (var _ = locks.acquire(pod.id())) {
      updates.updatePodSandboxResources(request.toBuilder().setPodSandboxId(pod.id()).build());
    }
    return UpdatePodSandboxResourcesResponse.getDefaultInstance();
  }

  private ContainerRef resolve(String id) throws InterruptedException {
    return router.container(RequestValidation.containerId(id));
  }
}
