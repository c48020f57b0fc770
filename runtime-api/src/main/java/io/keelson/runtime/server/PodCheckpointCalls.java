package io.keelson.runtime.server;

import io.keelson.runtime.server.BackendRouter.ContainerRef;
import io.keelson.runtime.server.BackendRouter.Pod;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.PodCheckpoints;
import io.keelson.runtime.spi.PodCheckpoints.RestoredPod;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.CheckpointPodResponse;
import io.keelson.runtime.v1.RestorePodRequest;
import io.keelson.runtime.v1.RestorePodResponse;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The calls of {@code RuntimeService} that write pods down and make pods of what was written. */
final class PodCheckpointCalls {
  private final BackendRouter router;
  private final PodLocks locks;
  private final InFlightCalls inFlight;

  PodCheckpointCalls(BackendRouter router, PodLocks locks, InFlightCalls inFlight) {
    this.router = router;
    this.locks = locks;
    this.inFlight = inFlight;
  }

  CheckpointPodResponse checkpoint(CheckpointPodRequest request) throws InterruptedException {
    Pod pod = router.pod(request.getPodSandboxId());
    PodCheckpoints checkpoints =
        OptionalParts.require(pod.backend(), PodCheckpoints.class, "CheckpointPod");
    Set<String> containers = new LinkedHashSet<>();
    for (String asked : request.getContainerIdsList()) {
      ContainerRef container = router.container(asked);
      if (!container.podSandboxId().equals(pod.id())) {
        throw CriException.invalidArgument(
            "container '%s' is not in pod sandbox '%s'".formatted(asked, pod.id()));
      }
      if (!containers.add(container.id())) {
        throw CriException.invalidArgument(
            "container_ids names container '%s' twice".formatted(container.id()));
      }
    }
    try (var _ = locks.acquire(pod.identity())) {
      checkpoints.checkpointPod(
          pod.id(), List.copyOf(containers), Path.of(request.getOutputPath()));
    }
    return CheckpointPodResponse.getDefaultInstance();
  }

  RestorePodResponse restore(RestorePodRequest request) throws InterruptedException {
    BackendRouter.Handler handler = router.handler(request.getRuntimeHandler());
    RuntimeBackend backend = handler.backend();
    PodCheckpoints checkpoints = OptionalParts.require(backend, PodCheckpoints.class, "RestorePod");
    String identity = BackendRouter.identity(request.getConfig().getMetadata());
    RestoredPod pod =
        inFlight.call(
            "RestorePod of pod " + identity,
            request,
            () -> {
              try (var _ = locks.acquire(identity)) {
                PodSandboxCalls.refuseSecond(backend, request.getConfig().getMetadata());
                RestoredPod made =
                    checkpoints.restorePod(
                        Path.of(request.getCheckpointPath()),
                        request.getConfig(),
                        handler.name(),
                        request.getContainerConfigsList());
                router.addPod(new Pod(made.podSandboxId(), identity, backend));
                for (String container : made.containerIds()) {
                  router.addContainer(container, made.podSandboxId(), backend);
                }
                return made;
              }
            });
    RestorePodResponse.Builder response =
        RestorePodResponse.newBuilder().setPodSandboxId(pod.podSandboxId());
    for (int i = 0; i < pod.containerIds().size(); i++) {
      response
          .addRestoredContainersBuilder()
          .setName(request.getContainerConfigs(i).getMetadata().getName())
          .setContainerId(pod.containerIds().get(i));
    }
    return response.build();
  }
}
