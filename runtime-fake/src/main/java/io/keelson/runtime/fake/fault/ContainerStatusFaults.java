package io.keelson.runtime.fake.fault;

import io.grpc.Status;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ContainerStatusResponse;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.util.List;
import java.util.function.Consumer;

/** Faults of what a runtime tells of a container. */
final class ContainerStatusFaults {
  private static final long NANOS_PER_MILLISECOND = 1_000_000L;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private ContainerStatusFaults() {}

  static List<Fault> all() {
    return List.of(
        status(
            "container-status-without-id",
            "leaves the id out of a container's status",
            ContainerStatus.Builder::clearId),
        status(
            "created-container-runs",
            "says that a container runs which was not started",
            status -> {
              if (status.getState() == ContainerState.CONTAINER_CREATED) {
                status.setState(ContainerState.CONTAINER_RUNNING);
              }
            }),
        status(
            "exited-container-unknown",
            "does not know the state of a container that has ended",
            status -> {
              if (status.getState() == ContainerState.CONTAINER_EXITED) {
                status.setState(ContainerState.CONTAINER_UNKNOWN);
              }
            }),
        status(
            "container-attempt-dropped",
            "forgets which attempt a container is",
            status -> status.getMetadataBuilder().clearAttempt()),
        status(
            "container-labels-dropped",
            "forgets the labels of a container",
            ContainerStatus.Builder::clearLabels),
        status(
            "container-annotations-dropped",
            "forgets the annotations of a container",
            ContainerStatus.Builder::clearAnnotations),
        status(
            "container-log-path-relative",
            "tells the path of a log as it was given, not where the log is",
            status ->
                status.setLogPath(
                    status.getLogPath().substring(status.getLogPath().lastIndexOf('/') + 1))),
        status(
            "container-without-image",
            "does not tell which image a container was made from",
            ContainerStatus.Builder::clearImage),
        status(
            "container-without-image-ref",
            "does not tell which image a container uses",
            ContainerStatus.Builder::clearImageRef),
        status(
            "container-image-ref-wrong",
            "tells of a container that it uses an image which is not there",
            status -> status.setImageRef("sha256:" + "0".repeat(64))),
        status(
            "container-created-in-milliseconds",
            "counts the creation time of a container in milliseconds",
            status -> status.setCreatedAt(status.getCreatedAt() / NANOS_PER_MILLISECOND)),
        status(
            "container-never-created",
            "does not tell when a container was created",
            ContainerStatus.Builder::clearCreatedAt),
        status(
            "start-time-in-seconds",
            "counts the start time of a container in seconds",
            status -> status.setStartedAt(status.getStartedAt() / NANOS_PER_SECOND)),
        status(
            "started-before-start",
            "tells a start time of containers that were not started",
            status -> {
              if (status.getStartedAt() == 0) {
                status.setStartedAt(status.getCreatedAt());
              }
            }),
        status(
            "finished-while-running",
            "tells the end of containers that run",
            status -> {
              if (status.getState() == ContainerState.CONTAINER_RUNNING) {
                status.setFinishedAt(status.getStartedAt());
              }
            }),
        status(
            "time-goes-back",
            "tells an end of containers before their start",
            status -> {
              if (status.getState() == ContainerState.CONTAINER_EXITED) {
                status.setFinishedAt(status.getStartedAt() - NANOS_PER_SECOND);
              }
            }),
        status(
            "creation-time-moves",
            "takes the end of a container for its creation",
            status -> {
              if (status.getState() == ContainerState.CONTAINER_EXITED) {
                status.setCreatedAt(status.getFinishedAt());
              }
            }),
        status(
            "exit-code-lost",
            "says of every program that it succeeded",
            status -> {
              status.setExitCode(0);
              if (status.getState() == ContainerState.CONTAINER_EXITED) {
                status.setReason("Completed");
              }
            }),
        status(
            "exit-code-as-wait-status",
            "tells the wait status of a program for its exit code",
            status -> status.setExitCode(status.getExitCode() << 8)),
        status(
            "exit-without-reason",
            "does not tell why a container ended",
            ContainerStatus.Builder::clearReason),
        CallFault.reply(
            "container-info-unasked",
            "gives debugging information on a container to those who did not ask",
            RuntimeServiceGrpc.getContainerStatusMethod(),
            reply -> reply.toBuilder().putInfo("config", "{}").build()),
        CallFault.code(
            "unknown-container-code-unknown",
            "answers with the code Unknown where a container is not there",
            RuntimeServiceGrpc.getContainerStatusMethod(),
            Status.Code.NOT_FOUND,
            Status.Code.UNKNOWN));
  }

  private static Fault status(String name, String wrong, Consumer<ContainerStatus.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        RuntimeServiceGrpc.getContainerStatusMethod(),
        reply -> {
          ContainerStatusResponse.Builder changed = reply.toBuilder();
          change.accept(changed.getStatusBuilder());
          return changed.build();
        });
  }
}
