package io.keelson.runtime.spi;

import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.List;
import java.util.Map;

/**
 * The life cycle of pod sandboxes, as CRI v1 {@code RuntimeService} defines it. Thread-safe.
 *
 * <p>The server serialises calls that change one sandbox and answers repeated ones; a backend still
 * makes {@link #stopPodSandbox} and {@link #removePodSandbox} repeatable, because a daemon may die
 * after the act and before the reply.
 */
public interface PodSandboxes {

  /**
   * Makes a sandbox and brings it to {@code SANDBOX_READY}, its network attached. On any failure,
   * an interrupt included, nothing is left behind.
   *
   * @param config the pod as the node agent wants it
   * @param runtimeHandler one of {@link RuntimeBackend#runtimeHandlers}; never empty
   * @return the new sandbox's id: 1 to 128 characters of {@code [a-zA-Z0-9_.-]}, unique for ever
   */
  String runPodSandbox(PodSandboxConfig config, String runtimeHandler) throws InterruptedException;

  /**
   * Kills the sandbox's remaining containers, detaches its network and leaves it {@code
   * SANDBOX_NOTREADY}. Succeeds on a stopped sandbox.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such sandbox
   */
  void stopPodSandbox(String podSandboxId) throws InterruptedException;

  /**
   * Removes the sandbox and all its containers by force, stopping what still runs.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such sandbox
   */
  void removePodSandbox(String podSandboxId) throws InterruptedException;

  /**
   * The sandbox's present status.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such sandbox
   */
  PodSandboxStatus podSandboxStatus(String podSandboxId) throws InterruptedException;

  /** Extra debugging information for a verbose status: free keys, values usually JSON. */
  default Map<String, String> podSandboxInfo(String podSandboxId) throws InterruptedException {
    return Map.of();
  }

  /** Every sandbox, ready or not, in no particular order; the server filters. */
  List<PodSandbox> listPodSandboxes() throws InterruptedException;
}
