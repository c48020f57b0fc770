package io.keelson.node.agent;

import io.keelson.node.agent.probe.ContainerHealth;
import java.time.Instant;
import java.util.Map;

/**
 * All that is known of a pod at one moment, from which its status is made.
 *
 * @param record the pod
 * @param observed as the runtime sees it
 * @param health of running instances, by id
 * @param plan what is to be done next
 * @param failures why containers could not be started, by name
 * @param pauses the present back-off of containers in words, by name
 * @param terminating whether it is being ended
 * @param lastError what else failed last; empty when nothing does
 * @param now the present time
 */
record PodSituation(
    PodRecord record,
    ObservedPod observed,
    Map<String, ContainerHealth> health,
    PodPlan plan,
    Map<String, StartFailure> failures,
    Map<String, String> pauses,
    boolean terminating,
    String lastError,
    Instant now) {

  ContainerHealth healthOf(ObservedContainer container) {
    return health.getOrDefault(container.id(), ContainerHealth.UNKNOWN);
  }
}
