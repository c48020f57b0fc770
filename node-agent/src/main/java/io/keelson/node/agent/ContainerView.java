package io.keelson.node.agent;

import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A container at one moment, for people to look at.
 *
 * @param name its name in the pod
 * @param role what it is for
 * @param state what it does
 * @param reason why it waits or has ended, as one word such as {@code CrashLoopBackOff}; may be
 *     empty
 * @param message more about the reason; may be empty
 * @param exitCode what it ended with, when it has
 * @param restarts how often it was started again
 * @param started whether it runs and its startup probe, if any, has succeeded
 * @param ready whether it takes requests
 * @param image as the manifest names it
 * @param containerId the runtime's id of the latest instance; empty before there is one
 * @param log the latest instance's log file; null before there is one
 */
public record ContainerView(
    String name,
    Role role,
    State state,
    String reason,
    String message,
    OptionalInt exitCode,
    int restarts,
    boolean started,
    boolean ready,
    String image,
    String containerId,
    @Nullable Path log) {

  /** What a container is for. */
  public enum Role {
    /** Runs to its end before the main containers start. */
    INIT,
    /** A restartable init container: starts before the main ones and ends after them. */
    SIDECAR,
    /** What the pod is about. */
    MAIN
  }

  /** What a container does. */
  public enum State {
    /** It is not running, and will be started if it may. */
    WAITING,
    /** It is running. */
    RUNNING,
    /** It has ended. */
    TERMINATED
  }
}
