package io.keelson.node.agent;

import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodIP;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A pod as the runtime sees it at one moment.
 *
 * @param sandboxes all its sandboxes, the newest first
 * @param containers all instances of its containers, the newest first
 */
record ObservedPod(List<PodSandboxStatus> sandboxes, List<ObservedContainer> containers) {
  static final ObservedPod NOTHING = new ObservedPod(List.of(), List.of());

  ObservedPod {
    sandboxes =
        sandboxes.stream()
            .sorted(
                Comparator.comparingInt(
                        (PodSandboxStatus sandbox) -> sandbox.getMetadata().getAttempt())
                    .thenComparingLong(PodSandboxStatus::getCreatedAt)
                    .reversed())
            .toList();
    containers =
        containers.stream()
            .sorted(
                Comparator.comparingInt(ObservedContainer::attempt)
                    .thenComparingLong(container -> container.status().getCreatedAt())
                    .reversed())
            .toList();
  }

  /** The newest instance of a container, in whichever sandbox. */
  Optional<ObservedContainer> latest(String name) {
    return containers.stream().filter(container -> container.name().equals(name)).findFirst();
  }

  /** An instance of a container, in whichever sandbox, that has not ended. */
  Optional<ObservedContainer> live(String name) {
    return containers.stream()
        .filter(container -> container.name().equals(name) && !container.exited())
        .findFirst();
  }

  /** The newest instance of a container in one sandbox. */
  Optional<ObservedContainer> latestIn(String sandboxId, String name) {
    return containers.stream()
        .filter(container -> container.name().equals(name))
        .filter(container -> container.sandboxId().equals(sandboxId))
        .findFirst();
  }

  Optional<PodSandboxStatus> newestSandbox() {
    return sandboxes.stream().findFirst();
  }

  static boolean isReady(PodSandboxStatus sandbox) {
    return sandbox.getState() == PodSandboxState.SANDBOX_READY;
  }

  static boolean isHostNetwork(PodSandboxStatus sandbox) {
    return sandbox.getLinux().getNamespaces().getOptions().getNetwork() == NamespaceMode.NODE;
  }

  /** A sandbox's addresses, the first one first; none in the host's network. */
  static List<String> ips(PodSandboxStatus sandbox) {
    List<String> ips = new ArrayList<>();
    if (!sandbox.getNetwork().getIp().isEmpty()) {
      ips.add(sandbox.getNetwork().getIp());
    }
    for (PodIP ip : sandbox.getNetwork().getAdditionalIpsList()) {
      ips.add(ip.getIp());
    }
    return ips;
  }
}
