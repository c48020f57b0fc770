package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.keelson.node.agent.config.ContainerConfigBuilder;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@link PodPlan} needs to know of a manifest.
 *
 * @param restartPolicy of its main containers, and of init ones that fail
 * @param hostNetwork whether it is in the host's network
 * @param init its init containers and sidecars, in order
 * @param main its main containers, in order
 */
record PodBlueprint(
    RestartPolicy restartPolicy, boolean hostNetwork, List<Part> init, List<Part> main) {

  /** When a container that has ended is started again. */
  enum RestartPolicy {
    ALWAYS,
    ON_FAILURE,
    NEVER;

    boolean restarts(ObservedContainer ended) {
      return switch (this) {
        case ALWAYS -> true;
        case ON_FAILURE -> !ended.succeeded();
        case NEVER -> false;
      };
    }
  }

  /**
   * One container.
   *
   * @param name its name
   * @param role what it is for
   * @param specHash changes with its part of the manifest
   */
  record Part(String name, ContainerView.Role role, String specHash) {
    boolean sidecar() {
      return role == ContainerView.Role.SIDECAR;
    }
  }

  static PodBlueprint of(Pod pod) {
    return new PodBlueprint(
        switch (pod.getSpec().getRestartPolicy()) {
          case "OnFailure" -> RestartPolicy.ON_FAILURE;
          case "Never" -> RestartPolicy.NEVER;
          default -> RestartPolicy.ALWAYS;
        },
        Boolean.TRUE.equals(pod.getSpec().getHostNetwork()),
        pod.getSpec().getInitContainers().stream()
            .map(container -> part(container, initRole(container)))
            .toList(),
        pod.getSpec().getContainers().stream()
            .map(container -> part(container, ContainerView.Role.MAIN))
            .toList());
  }

  static ContainerView.Role initRole(Container container) {
    return "Always".equals(container.getRestartPolicy())
        ? ContainerView.Role.SIDECAR
        : ContainerView.Role.INIT;
  }

  private static Part part(Container container, ContainerView.Role role) {
    return new Part(container.getName(), role, ContainerConfigBuilder.hash(container));
  }

  Stream<Part> all() {
    return Stream.concat(init.stream(), main.stream());
  }
}
