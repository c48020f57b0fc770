package io.keelson.runtime.spi;

import io.keelson.runtime.v1.ContainerEventType;

/** Where a backend reports state changes of containers and sandboxes. Thread-safe, never blocks. */
@FunctionalInterface
public interface ContainerEventSink {

  /**
   * Reports one change, after it has become visible in status calls. Order per container is kept.
   *
   * @param containerId the container, or the sandbox itself for a sandbox's own change
   * @param podSandboxId the sandbox it belongs to
   * @param createdAtNanos when it happened, in nanoseconds since the Unix epoch
   */
  void publish(
      String containerId, String podSandboxId, ContainerEventType type, long createdAtNanos);
}
