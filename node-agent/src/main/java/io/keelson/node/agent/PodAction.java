package io.keelson.node.agent;

import java.util.OptionalLong;

/** One step from what is observed to what is wanted. */
sealed interface PodAction {

  /** Stops a sandbox that can be used no longer, with all in it. */
  record StopSandbox(String id, String why) implements PodAction {}

  /** Makes a sandbox. */
  record CreateSandbox(int attempt) implements PodAction {}

  /** Makes and starts an instance of a container. */
  record StartContainer(String name, int attempt) implements PodAction {}

  /** Ends a running instance, its hooks included. */
  record StopContainer(String id, String name, String why, OptionalLong graceSeconds)
      implements PodAction {}

  /** Removes an instance that was made and never started. */
  record RemoveContainer(String id) implements PodAction {}

  /** Ends what still runs of a pod whose work is done, or cannot be done. */
  record FinishPod() implements PodAction {}
}
