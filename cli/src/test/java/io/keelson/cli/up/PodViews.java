package io.keelson.cli.up;

import io.fabric8.kubernetes.api.model.PodStatus;
import io.keelson.node.agent.ContainerView;
import io.keelson.node.agent.PodView;
import java.util.List;
import java.util.OptionalInt;

/** Pods as an agent would tell of them. */
final class PodViews {
  private PodViews() {}

  static PodView pod(String name, String phase, boolean ready, ContainerView... containers) {
    return new PodView(
        "default",
        name,
        "uid-of-" + name,
        phase,
        false,
        ready,
        ready ? List.of("10.0.0.9") : List.of(),
        List.of(containers),
        "",
        new PodStatus());
  }

  static PodView terminating(PodView pod) {
    return new PodView(
        pod.namespace(),
        pod.name(),
        pod.uid(),
        pod.phase(),
        true,
        pod.ready(),
        pod.ips(),
        pod.containers(),
        pod.lastError(),
        pod.status());
  }

  static ContainerView container(
      String name, ContainerView.State state, String reason, String message, boolean ready) {
    return new ContainerView(
        name,
        ContainerView.Role.MAIN,
        state,
        reason,
        message,
        state == ContainerView.State.TERMINATED ? OptionalInt.of(3) : OptionalInt.empty(),
        0,
        ready,
        ready,
        "image",
        "",
        null);
  }
}
