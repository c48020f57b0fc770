package io.keelson.node.agent;

import io.grpc.Status;
import io.keelson.node.agent.config.PodLabels;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks at one pod by its uid. Remembers ended containers, which change no more. */
final class PodObserver {
  private final RuntimeClient client;
  private final String uid;
  private Map<String, ContainerStatus> ended = Map.of();

  PodObserver(RuntimeClient client, String uid) {
    this.client = client;
    this.uid = uid;
  }

  /** All there is of the pod now. */
  ObservedPod observe() throws InterruptedException {
    List<PodSandboxStatus> sandboxes = new ArrayList<>();
    for (PodSandbox sandbox :
        client.listPodSandboxes(
            PodSandboxFilter.newBuilder().putLabelSelector(PodLabels.POD_UID, uid).build())) {
      try {
        sandboxes.add(client.podSandboxStatus(sandbox.getId()));
      } catch (CriException e) {
        ignoreGone(e);
      }
    }
    List<ObservedContainer> containers = new ArrayList<>();
    Map<String, ContainerStatus> endedNow = new HashMap<>();
    for (Container container :
        client.listContainers(
            ContainerFilter.newBuilder().putLabelSelector(PodLabels.POD_UID, uid).build())) {
      try {
        ContainerStatus status = ended.get(container.getId());
        if (status == null) {
          status = client.containerStatus(container.getId());
        }
        if (status.getState() == ContainerState.CONTAINER_EXITED) {
          endedNow.put(container.getId(), status);
        }
        containers.add(new ObservedContainer(container.getPodSandboxId(), status));
      } catch (CriException e) {
        ignoreGone(e);
      }
    }
    ended = endedNow;
    return new ObservedPod(sandboxes, containers);
  }

  /** What goes between the list and the question is gone, and no failure. */
  private static void ignoreGone(CriException failure) {
    if (failure.code() != Status.Code.NOT_FOUND) {
      throw failure;
    }
  }
}
