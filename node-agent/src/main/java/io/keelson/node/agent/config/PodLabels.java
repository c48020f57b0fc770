package io.keelson.node.agent.config;

/** Labels and annotations by which pods and containers are found again; kubelet's, and one more. */
public final class PodLabels {
  /** The pod's name. */
  public static final String POD_NAME = "io.kubernetes.pod.name";

  /** The pod's namespace. */
  public static final String POD_NAMESPACE = "io.kubernetes.pod.namespace";

  /** The pod's uid. */
  public static final String POD_UID = "io.kubernetes.pod.uid";

  /** The container's name. */
  public static final String CONTAINER_NAME = "io.kubernetes.container.name";

  /** The node agent that a pod belongs to, by its node's name: others leave it alone. */
  public static final String AGENT = "io.keelson.node-agent";

  /** Changes with the container's part of the manifest. */
  public static final String CONTAINER_HASH = "io.kubernetes.container.hash";

  /** How often the container was started again. */
  public static final String RESTART_COUNT = "io.kubernetes.container.restartCount";

  /** Where in the container its last words are read. */
  public static final String MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";

  /** What else counts as last words. */
  public static final String MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";

  /** The pod's grace period in seconds. */
  public static final String GRACE_PERIOD = "io.kubernetes.pod.terminationGracePeriod";

  /** The container's ports, as JSON. */
  public static final String PORTS = "io.kubernetes.container.ports";

  /** Where a pod came from; {@code file} here. */
  public static final String CONFIG_SOURCE = "kubernetes.io/config.source";

  /** Changes with the pod's manifest. */
  public static final String CONFIG_HASH = "kubernetes.io/config.hash";

  private PodLabels() {}
}
