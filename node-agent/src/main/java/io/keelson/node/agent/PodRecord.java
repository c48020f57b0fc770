package io.keelson.node.agent;

import io.keelson.node.agent.manifest.PodManifest;
import java.time.Instant;

/**
 * What an agent must know of a pod after its own restart.
 *
 * @param manifest as the pod was started from
 * @param startTime when this agent took it on
 * @param failure why it must not run any longer, as one word such as {@code DeadlineExceeded};
 *     empty while it may
 */
record PodRecord(PodManifest manifest, Instant startTime, String failure) {
  PodRecord withFailure(String reason) {
    return new PodRecord(manifest, startTime, reason);
  }
}
