package io.keelson.runtime.spi;

import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The life cycle of containers, as CRI v1 {@code RuntimeService} defines it. Thread-safe. */
public interface Containers {

  /** The most that {@link #execSync} keeps of each output stream, in bytes; the rest is dropped. */
  int EXEC_SYNC_OUTPUT_LIMIT = 16 * 1024 * 1024;

  /**
   * Makes a container in a ready sandbox, in state {@code CONTAINER_CREATED}. On any failure, an
   * interrupt included, nothing is left behind.
   *
   * @return the new container's id, of the same form as a sandbox's
   * @throws CriException {@code NOT_FOUND} when the sandbox or the image is not here
   */
  String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig)
      throws InterruptedException;

  /**
   * Starts a created container.
   *
   * @throws CriException {@code FAILED_PRECONDITION} when the container is not in state {@code
   *     CONTAINER_CREATED}
   */
  void startContainer(String containerId) throws InterruptedException;

  /**
   * Sends the container's stop signal, and kills it when it still runs after {@code grace}. Returns
   * once it has exited; succeeds on one that is not running. May be called while an earlier stop of
   * the same container still waits; the shorter grace then wins.
   *
   * @param grace time between the stop signal and the kill; zero kills at once
   */
  void stopContainer(String containerId, Duration grace) throws InterruptedException;

  /** Removes the container, killing it first when it runs. */
  void removeContainer(String containerId) throws InterruptedException;

  /**
   * The container's present status.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such container
   */
  ContainerStatus containerStatus(String containerId) throws InterruptedException;

  /** Extra debugging information for a verbose status: free keys, values usually JSON. */
  default Map<String, String> containerInfo(String containerId) throws InterruptedException {
    return Map.of();
  }

  /** Every container in any state, in no particular order; the server filters. */
  List<Container> listContainers() throws InterruptedException;

  /**
   * Runs a command in a running container and waits for it. Output beyond {@link
   * #EXEC_SYNC_OUTPUT_LIMIT} is read and dropped.
   *
   * @param timeout zero means none
   * @throws CriException {@code DEADLINE_EXCEEDED} when the command outlives {@code timeout}; the
   *     process is then killed
   */
  ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout)
      throws InterruptedException;
}
