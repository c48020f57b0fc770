package io.keelson.node.agent.probe;

import java.util.OptionalLong;

/**
 * What is known by probes of one running instance of a container.
 *
 * @param started its startup probe has succeeded, or it has none
 * @param ready its readiness probe says that it takes requests; true without one once started
 * @param failure why it must be killed, or empty
 * @param graceSeconds the grace period it is killed with, where its probe gives one of its own
 */
public record ContainerHealth(
    boolean started, boolean ready, String failure, OptionalLong graceSeconds) {
  /** Nothing is known yet of an instance with probes. */
  public static final ContainerHealth UNKNOWN =
      new ContainerHealth(false, false, "", OptionalLong.empty());

  /** An instance without probes is well while it runs. */
  public static final ContainerHealth WELL =
      new ContainerHealth(true, true, "", OptionalLong.empty());

  ContainerHealth withStarted(boolean readyNow) {
    return new ContainerHealth(true, readyNow, failure, graceSeconds);
  }

  ContainerHealth withReady(boolean readyNow) {
    return new ContainerHealth(started, readyNow, failure, graceSeconds);
  }

  ContainerHealth withFailure(String message, OptionalLong grace) {
    return new ContainerHealth(started, false, message, grace);
  }
}
