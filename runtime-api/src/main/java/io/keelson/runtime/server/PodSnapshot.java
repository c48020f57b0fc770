package io.keelson.runtime.server;

import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerStatus;
import java.util.ArrayList;
import java.util.List;

/** Reads a pod's containers as one picture. */
final class PodSnapshot {
  private PodSnapshot() {}

  /** The statuses of a sandbox's containers; one that is removed meanwhile is left out. */
  static List<ContainerStatus> containerStatuses(RuntimeBackend backend, String podSandboxId)
      throws InterruptedException {
    List<ContainerStatus> statuses = new ArrayList<>();
    for (Container container : backend.containers().listContainers()) {
      if (container.getPodSandboxId().equals(podSandboxId)) {
        try {
          statuses.add(backend.containers().containerStatus(container.getId()));
        } catch (CriException e) {
          if (e.code() != Status.Code.NOT_FOUND) {
            throw e;
          }
        }
      }
    }
    return statuses;
  }
}
