package io.keelson.runtime.server;

import io.grpc.Status;
import io.keelson.runtime.server.BackendRouter.Pod;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.ResourceUpdates;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PodSandboxStatusRequest;
import io.keelson.runtime.v1.PodSandboxStatusResponse;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.RemovePodSandboxResponse;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RunPodSandboxResponse;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import io.keelson.runtime.v1.StopPodSandboxResponse;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesResponse;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The pod sandbox calls of {@code RuntimeService}. */
final class PodSandboxCalls {
  private final BackendRouter router;
  private final PodLocks locks;
  private final InFlightCalls inFlight;
  private final EventHub events;
  private final Clock clock;

  PodSandboxCalls(
      BackendRouter router, PodLocks locks, InFlightCalls inFlight, EventHub events, Clock clock) {
    this.router = router;
    this.locks = locks;
    this.inFlight = inFlight;
    this.events = events;
    this.clock = clock;
  }

  RunPodSandboxResponse run(RunPodSandboxRequest request) throws InterruptedException {
    PodSandboxConfig config = request.getConfig();
    BackendRouter.Handler handler = router.handler(request.getRuntimeHandler());
    String identity = BackendRouter.identity(config.getMetadata());
    String id =
        inFlight.call(
            "RunPodSandbox of pod " + identity,
            request,
            () -> {
              try (var _ = locks.acquire(identity)) {
                RuntimeBackend backend = handler.backend();
                refuseSecond(backend, config.getMetadata());
                String made = backend.podSandboxes().runPodSandbox(config, handler.name());
                router.addPod(new Pod(made, identity, backend));
                return made;
              }
            });
    return RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build();
  }

  /** Refuses a pod that has a sandbox already. */
  static void refuseSecond(RuntimeBackend backend, PodSandboxMetadata metadata)
      throws InterruptedException {
    for (PodSandbox present : backend.podSandboxes().listPodSandboxes()) {
      if (present.getMetadata().equals(metadata)) {
        throw CriException.alreadyExists(
            "pod %s has sandbox %s already; remove that one or raise the attempt"
                .formatted(BackendRouter.identity(metadata), present.getId()));
      }
    }
  }

  StopPodSandboxResponse stop(StopPodSandboxRequest request) throws InterruptedException {
    whenPresent(
        request.getPodSandboxId(), pod -> pod.backend().podSandboxes().stopPodSandbox(pod.id()));
    return StopPodSandboxResponse.getDefaultInstance();
  }

  RemovePodSandboxResponse remove(RemovePodSandboxRequest request) throws InterruptedException {
    whenPresent(
        request.getPodSandboxId(),
        pod -> {
          pod.backend().podSandboxes().removePodSandbox(pod.id());
          router.forgetPod(pod.id());
        });
    return RemovePodSandboxResponse.getDefaultInstance();
  }

  @FunctionalInterface
  private interface Change {
    void apply(Pod pod) throws InterruptedException;
  }

  /** Stop and remove succeed on a sandbox that is gone, even one that goes while they wait. */
  private void whenPresent(String id, Change change) throws InterruptedException {
    try {
      Pod pod = router.pod(id);
      try (var _ = locks.acquire(pod.identity())) {
        change.apply(pod);
      }
    } catch (CriException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
      router.forgetPod(id);
    }
  }

  /**
   * Container statuses are for node agents that follow events and cost a backend one look-up a
   * container: they are given when somebody follows events, and to verbose requests.
   */
  PodSandboxStatusResponse status(PodSandboxStatusRequest request) throws InterruptedException {
    Pod pod = router.pod(request.getPodSandboxId());
    RuntimeBackend backend = pod.backend();
    PodSandboxStatusResponse.Builder response =
        PodSandboxStatusResponse.newBuilder()
            .setTimestamp(Nanos.now(clock))
            .setStatus(backend.podSandboxes().podSandboxStatus(pod.id()));
    if (request.getVerbose() || events.hasReaders()) {
      response.addAllContainersStatuses(PodSnapshot.containerStatuses(backend, pod.id()));
    }
    if (request.getVerbose()) {
      response.putAllInfo(backend.podSandboxes().podSandboxInfo(pod.id()));
    }
    return response.build();
  }

  List<PodSandbox> list(PodSandboxFilter filter) throws InterruptedException {
    List<PodSandbox> accepted = new ArrayList<>();
    for (RuntimeBackend backend : router.backends()) {
      for (PodSandbox pod : backend.podSandboxes().listPodSandboxes()) {
        if (Filters.accepts(filter, pod)) {
          accepted.add(pod);
        }
      }
    }
    return accepted;
  }

  UpdatePodSandboxResourcesResponse updateResources(UpdatePodSandboxResourcesRequest request)
      throws InterruptedException {
    Pod pod = router.pod(request.getPodSandboxId());
    ResourceUpdates updates =
        OptionalParts.require(pod.backend(), ResourceUpdates.class, "UpdatePodSandboxResources");
    try (var _ = locks.acquire(pod.identity())) {
      updates.updatePodSandboxResources(request.toBuilder().setPodSandboxId(pod.id()).build());
    }
    return UpdatePodSandboxResourcesResponse.getDefaultInstance();
  }
}
