package io.keelson.runtime.fake.fault;

import io.grpc.Status;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;
import io.keelson.runtime.v1.PodSandboxStatusRequest;
import io.keelson.runtime.v1.PodSandboxStatusResponse;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RunPodSandboxResponse;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** Faults of pods and their status. */
final class PodFaults {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private PodFaults() {}

  static List<Fault> all() {
    return List.of(
        status(
            "pod-status-without-id",
            "leaves the id out of a pod's status",
            PodSandboxStatus.Builder::clearId),
        status(
            "pod-never-ready",
            "runs a pod that never becomes ready",
            status -> status.setState(PodSandboxState.SANDBOX_NOTREADY)),
        status(
            "pod-always-ready",
            "says that a stopped pod is ready",
            status -> status.setState(PodSandboxState.SANDBOX_READY)),
        status(
            "pod-attempt-dropped",
            "forgets which attempt a pod is",
            status -> status.getMetadataBuilder().clearAttempt()),
        status(
            "pod-name-and-namespace-swapped",
            "takes a pod's name for its namespace",
            status ->
                status
                    .getMetadataBuilder()
                    .setName(status.getMetadata().getNamespace())
                    .setNamespace(status.getMetadata().getName())),
        status(
            "pod-labels-dropped",
            "forgets the labels of a pod",
            PodSandboxStatus.Builder::clearLabels),
        status(
            "pod-annotations-dropped",
            "forgets the annotations of a pod",
            PodSandboxStatus.Builder::clearAnnotations),
        status(
            "pod-created-in-seconds",
            "counts the creation time of a pod in seconds",
            status -> status.setCreatedAt(status.getCreatedAt() / NANOS_PER_SECOND)),
        new CallFault(
            "later-pod-created-earlier",
            "gives pods creation times that go back",
            () -> List.of(creationTimesGoBack())),
        status(
            "pod-without-address",
            "does not tell the address of a pod",
            PodSandboxStatus.Builder::clearNetwork),
        status(
            "pod-handler-dropped",
            "forgets which runtime handler a pod was run with",
            PodSandboxStatus.Builder::clearRuntimeHandler),
        CallFault.reply(
            "pod-info-unasked",
            "gives debugging information on a pod to those who did not ask",
            RuntimeServiceGrpc.getPodSandboxStatusMethod(),
            reply -> reply.toBuilder().putInfo("config", "{}").build()),
        CallFault.code(
            "unknown-pod-code-unknown",
            "answers with the code Unknown where a pod is not there",
            RuntimeServiceGrpc.getPodSandboxStatusMethod(),
            Status.Code.NOT_FOUND,
            Status.Code.UNKNOWN),
        CallFault.success(
            "unknown-pod-has-status",
            "answers with an empty status where a pod is not there",
            RuntimeServiceGrpc.getPodSandboxStatusMethod(),
            PodSandboxStatusResponse.getDefaultInstance()),
        CallFault.request(
            "unknown-handler-accepted",
            "runs a pod in its default way when it does not know the runtime handler",
            RuntimeServiceGrpc.getRunPodSandboxMethod(),
            request ->
                request.getRuntimeHandler().equals("fake")
                    ? request
                    : request.toBuilder().clearRuntimeHandler().build()),
        CallFault.request(
            "nameless-pod-accepted",
            "gives a pod without metadata a name of its own",
            RuntimeServiceGrpc.getRunPodSandboxMethod(),
            request -> {
              RunPodSandboxRequest.Builder changed = request.toBuilder();
              if (!request.getConfig().hasMetadata()) {
                changed
                    .getConfigBuilder()
                    .setMetadata(
                        PodSandboxMetadata.newBuilder()
                            .setName("pod")
                            .setUid("pod")
                            .setNamespace("default"));
              }
              return changed.build();
            }),
        CallFault.request(
            "verbose-pod-status-fails",
            "has no verbose status of a pod",
            RuntimeServiceGrpc.getPodSandboxStatusMethod(),
            request -> {
              if (request.getVerbose()) {
                throw Status.INTERNAL.withDescription("no details").asRuntimeException();
              }
              return request;
            }),
        new CallFault(
            "attempts-share-a-pod",
            "answers a further attempt of a pod with the sandbox of the first",
            () -> List.of(attemptsShareASandbox())),
        BackendFault.ofPods(
            "removed-pod-still-there",
            "says that it has removed a pod, and keeps it",
            pods ->
                new ForwardingPodSandboxes(pods) {
                  @Override
                  public void removePodSandbox(String podSandboxId) throws InterruptedException {
                    healthy.stopPodSandbox(podSandboxId);
                  }
                }),
        survivors(
            "stopped-pod-keeps-containers-running",
            "lets containers run on when it stops their pod",
            (pods, survivors) ->
                new ForwardingPodSandboxes(pods) {
                  @Override
                  public void stopPodSandbox(String podSandboxId) throws InterruptedException {
                    survivors.keep(podSandboxId);
                    healthy.stopPodSandbox(podSandboxId);
                  }

                  @Override
                  public void removePodSandbox(String podSandboxId) throws InterruptedException {
                    survivors.release(podSandboxId);
                    healthy.removePodSandbox(podSandboxId);
                  }
                }),
        survivors(
            "removed-pod-leaves-containers",
            "still knows the containers of a pod that it has removed",
            (pods, survivors) ->
                new ForwardingPodSandboxes(pods) {
                  @Override
                  public void removePodSandbox(String podSandboxId) throws InterruptedException {
                    healthy.stopPodSandbox(podSandboxId);
                    survivors.keep(podSandboxId);
                    healthy.removePodSandbox(podSandboxId);
                  }
                }));
  }

  private static Fault status(
      String name, String wrong, Consumer<PodSandboxStatus.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        RuntimeServiceGrpc.getPodSandboxStatusMethod(),
        reply -> {
          PodSandboxStatusResponse.Builder changed = reply.toBuilder();
          change.accept(changed.getStatusBuilder());
          return changed.build();
        });
  }

  private static Tampering<PodSandboxStatusRequest, PodSandboxStatusResponse>
      creationTimesGoBack() {
    Map<String, Long> times = new ConcurrentHashMap<>();
    AtomicInteger number = new AtomicInteger();
    return Tampering.reply(
        RuntimeServiceGrpc.getPodSandboxStatusMethod(),
        (request, reply) -> {
          PodSandboxStatus status = reply.getStatus();
          long time =
              times.computeIfAbsent(
                  status.getId(),
                  id -> status.getCreatedAt() - NANOS_PER_SECOND * number.getAndIncrement());
          return reply.toBuilder().setStatus(status.toBuilder().setCreatedAt(time)).build();
        });
  }

  private static Tampering<RunPodSandboxRequest, RunPodSandboxResponse> attemptsShareASandbox() {
    Map<String, RunPodSandboxResponse> firsts = new ConcurrentHashMap<>();
    return Tampering.reply(
        RuntimeServiceGrpc.getRunPodSandboxMethod(),
        (request, reply) -> {
          String uid = request.getConfig().getMetadata().getUid();
          RunPodSandboxResponse first = firsts.putIfAbsent(uid, reply);
          return first == null ? reply : first;
        });
  }

  private static Fault survivors(
      String name, String wrong, BiFunction<PodSandboxes, Survivors, PodSandboxes> decorator) {
    return new BackendFault(
        name,
        wrong,
        healthy -> {
          Survivors survivors = new Survivors(healthy.containers());
          PodSandboxes pods = decorator.apply(healthy.podSandboxes(), survivors);
          return new ForwardingBackend(healthy) {
            @Override
            public PodSandboxes podSandboxes() {
              return pods;
            }

            @Override
            public Containers containers() {
              return survivors;
            }
          };
        });
  }
}
