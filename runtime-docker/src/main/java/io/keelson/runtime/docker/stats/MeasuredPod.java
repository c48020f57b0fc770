package io.keelson.runtime.docker.stats;

import io.keelson.runtime.v1.PodSandboxAttributes;
import java.util.List;

/**
 * A pod as far as measuring it goes.
 *
 * @param attributes what it is called; its id is part of the name of its pause container's cgroup
 * @param pid the first process of its pause container, 0 when that does not run
 * @param createdAt nanoseconds since the Unix epoch
 * @param ownNetwork whether it has a network namespace, and not the host's
 * @param ownCgroup whether the cgroup around those of its containers is the pod's
 * @param meter of that cgroup; lives as long as the pod
 * @param pauseMeter of the pause container; lives as long as the pod
 * @param containers its containers, running or not
 */
public record MeasuredPod(
    PodSandboxAttributes attributes,
    long pid,
    long createdAt,
    boolean ownNetwork,
    boolean ownCgroup,
    UsageMeter meter,
    UsageMeter pauseMeter,
    List<MeasuredContainer> containers) {

  String id() {
    return attributes.getId();
  }
}
