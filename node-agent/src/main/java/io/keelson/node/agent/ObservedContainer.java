package io.keelson.node.agent;

import io.keelson.node.agent.config.PodLabels;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import java.time.Instant;

/**
 * One instance of a container, as the runtime sees it.
 *
 * @param sandboxId the sandbox it is in
 * @param status what the runtime says of it
 */
record ObservedContainer(String sandboxId, ContainerStatus status) {
  String id() {
    return status.getId();
  }

  String name() {
    return status.getMetadata().getName();
  }

  int attempt() {
    return status.getMetadata().getAttempt();
  }

  boolean created() {
    return status.getState() == ContainerState.CONTAINER_CREATED;
  }

  boolean running() {
    return status.getState() == ContainerState.CONTAINER_RUNNING;
  }

  boolean exited() {
    return status.getState() == ContainerState.CONTAINER_EXITED;
  }

  boolean succeeded() {
    return exited() && status.getExitCode() == 0;
  }

  String specHash() {
    return status.getAnnotationsOrDefault(PodLabels.CONTAINER_HASH, "");
  }

  Instant startedAt() {
    return instant(status.getStartedAt());
  }

  Instant finishedAt() {
    return instant(status.getFinishedAt());
  }

  private static Instant instant(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }
}
