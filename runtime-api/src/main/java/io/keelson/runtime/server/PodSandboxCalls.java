package io.keelson.runtime.server;

import io.grpc.Status;
import io.keelson.runtime.server.BackendRouter.Pod;
import io.keelson.runtime.spi.CriException;
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
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The pod sandbox calls of {@code RuntimeService}. */
final class PodSandboxCalls {
  private final BackendRouter router;
  private final PodLocks locks;
  private final InFlightCalls inFlight;
  private final Clock clock;

  PodSandboxCalls(BackendRouter router, PodLocks locks, InFlightCalls inFlight, Clock clock) {
    this.router = router;
    this.locks = locks;
    this.inFlight = inFlight;
    this.clock = clock;
  }

  RunPodSandboxResponse run(RunPodSandboxRequest request) throws InterruptedException {
    PodSandboxConfig config = request.getConfig();
    RequestValidation.sandboxConfig(config);
    BackendRouter.Handler handler = router.handler(request.getRuntimeHandler());
    PodSandboxMetadata metadata = config.getMetadata();
    String identity =
        "RunPodSandbox of pod %s/%s (uid %s, attempt %d)"
            .formatted(
                metadata.getNamespace(),
                metadata.getName(),
                metadata.getUid(),
                metadata.getAttempt());
    String id =
        inFlight.call(
            identity,
            request,
            () -> {
              RuntimeBackend backend = handler.backend();
              refuseSecond(backend, metadata, identity);
              String made = backend.podSandboxes().runPodSandbox(config, handler.name());
              router.addPod(made, backend);
              return made;
            });
    return RunPodSandboxResponse.newBuilder().setPodSandboxId(id).build();
  }

  private static void refuseSecond(
      RuntimeBackend backend, PodSandboxMetadata metadata, String identity)
      throws InterruptedException {
    for (PodSandbox present : backend.podSandboxes().listPodSandboxes()) {
      if (present.getMetadata().equals(metadata)) {
        throw CriException.alreadyExists(
            "%s: sandbox %s has this name, uid and attempt; remove it or raise the attempt"
                .formatted(identity, present.getId()));
      }
    }
  }

  StopPodSandboxResponse stop(StopPodSandboxRequest request) throws InterruptedException {
    String id = RequestValidation.podSandboxId(request.getPodSandboxId());
    whenPresent(id, pod -> pod.backend().podSandboxes().stopPodSandbox(pod.id()));
    return StopPodSandboxResponse.getDefaultInstance();
  }

  RemovePodSandboxResponse remove(RemovePodSandboxRequest request) throws InterruptedException {
    String id = RequestValidation.podSandboxId(request.getPodSandboxId());
    whenPresent(
        id,
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
      try (var _ = locks.acquire(pod.id())) {
        change.apply(pod);
      }
    } catch (CriException e) {
      if (e.code() != Status.Code.NOT_FOUND) {
        throw e;
      }
      router.forgetPod(id);
    }
  }

  PodSandboxStatusResponse status(PodSandboxStatusRequest request) throws InterruptedException {
    Pod pod = router.pod(RequestValidation.podSandboxId(request.getPodSandboxId()));
    RuntimeBackend backend = pod.backend();
    PodSandboxStatusResponse.Builder response =
        PodSandboxStatusResponse.newBuilder()
            .setStatus(backend.podSandboxes().podSandboxStatus(pod.id()))
            .addAllContainersStatuses(PodSnapshot.containerStatuses(backend, pod.id()))
            .setTimestamp(Nanos.now(clock));
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
}
