package io.keelson.runtime.docker;

import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.PodSandboxMetadata;

/**
 * Names of our containers in the engine, for people at {@code docker ps}: the form Kubernetes users
 * know, and the start of the record's token, so that a name never stands in the way of a new one.
 */
final class EngineNames {
  private static final int TOKEN_PART = 8;

  private EngineNames() {}

  static String sandbox(PodSandboxMetadata pod, String token) {
    return plain(
        "k8s_POD_%s_%s_%s_%d_%s"
            .formatted(
                pod.getName(), pod.getNamespace(), pod.getUid(), pod.getAttempt(), start(token)));
  }

  static String container(ContainerMetadata container, PodSandboxMetadata pod, String token) {
    return plain(
        "k8s_%s_%s_%s_%s_%d_%s"
            .formatted(
                container.getName(),
                pod.getName(),
                pod.getNamespace(),
                pod.getUid(),
                container.getAttempt(),
                start(token)));
  }

  /** The engine takes no other characters; the token keeps names apart all the same. */
  private static String plain(String name) {
    return name.replaceAll("[^a-zA-Z0-9_.-]", "-");
  }

  private static String start(String token) {
    return token.substring(0, TOKEN_PART);
  }
}
