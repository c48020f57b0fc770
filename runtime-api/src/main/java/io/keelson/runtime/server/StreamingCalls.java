package io.keelson.runtime.server;

import io.keelson.runtime.server.BackendRouter.ContainerRef;
import io.keelson.runtime.server.BackendRouter.Pod;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.StreamingSessions;
import io.keelson.runtime.streaming.StreamingServer;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.AttachResponse;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.ExecResponse;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PortForwardRequest;
import io.keelson.runtime.v1.PortForwardResponse;

/** Calls that are answered with a one-time URL; what happens there is the streaming server's. */
final class StreamingCalls {
  private final BackendRouter router;
  private final StreamingServer streaming;

  StreamingCalls(BackendRouter router, StreamingServer streaming) {
    this.router = router;
    this.streaming = streaming;
  }

  ExecResponse exec(ExecRequest request) throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    StreamingSessions sessions =
        OptionalParts.require(container.backend(), StreamingSessions.class, "Exec");
    requireRunning(container);
    ExecRequest whole = request.toBuilder().setContainerId(container.id()).build();
    return ExecResponse.newBuilder().setUrl(streaming.exec(whole, sessions)).build();
  }

  AttachResponse attach(AttachRequest request) throws InterruptedException {
    ContainerRef container = router.container(request.getContainerId());
    StreamingSessions sessions =
        OptionalParts.require(container.backend(), StreamingSessions.class, "Attach");
    requireRunning(container);
    AttachRequest whole = request.toBuilder().setContainerId(container.id()).build();
    return AttachResponse.newBuilder().setUrl(streaming.attach(whole, sessions)).build();
  }

  PortForwardResponse portForward(PortForwardRequest request) throws InterruptedException {
    Pod pod = router.pod(request.getPodSandboxId());
    StreamingSessions sessions =
        OptionalParts.require(pod.backend(), StreamingSessions.class, "PortForward");
    if (pod.backend().podSandboxes().podSandboxStatus(pod.id()).getState()
        != PodSandboxState.SANDBOX_READY) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped; nothing listens in it".formatted(pod.id()));
    }
    PortForwardRequest whole = request.toBuilder().setPodSandboxId(pod.id()).build();
    return PortForwardResponse.newBuilder().setUrl(streaming.portForward(whole, sessions)).build();
  }

  private static void requireRunning(ContainerRef container) throws InterruptedException {
    ContainerState state =
        container.backend().containers().containerStatus(container.id()).getState();
    if (state != ContainerState.CONTAINER_RUNNING) {
      throw CriException.failedPrecondition(
          "container '%s' is in state %s; only a running one has streams"
              .formatted(container.id(), state));
    }
  }
}
