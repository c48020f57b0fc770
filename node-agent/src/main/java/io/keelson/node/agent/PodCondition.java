package io.keelson.node.agent;

/** The conditions of a pod's status, by their words in Kubernetes. */
enum PodCondition {
  SCHEDULED("PodScheduled"),
  READY_TO_START_CONTAINERS("PodReadyToStartContainers"),
  INITIALIZED("Initialized"),
  CONTAINERS_READY("ContainersReady"),
  READY("Ready");

  private final String word;

  PodCondition(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }
}
