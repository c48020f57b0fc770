package io.keelson.node.agent.probe;

/**
 * What is known by probes of one running instance of a container.
 *
 * @param started its startup probe has succeeded, or it has none
 * @param ready its readiness probe says that it takes requests; true without one once started
 * @param failure why it must be killed, or empty
 */
public record ContainerHealth(boolean started, boolean ready, String failure) {
  /** Nothing is known yet of an instance with probes. */
  public static final ContainerHealth UNKNOWN = new ContainerHealth(false, false, "");

  /** An instance without probes is well while it runs. */
  public static final ContainerHealth WELL = new ContainerHealth(true, true, "");

  ContainerHealth withStarted(boolean readyNow) {
    return new ContainerHealth(true, readyNow, failure);
  }

  ContainerHealth withReady(boolean readyNow) {
    return new ContainerHealth(started, readyNow, failure);
  }

  ContainerHealth withFailure(String message) {
    return new ContainerHealth(started, false, message);
  }
}
