package io.keelson.runtime.spi;

import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * Optional part of a backend: writing down containers of a pod together, and making a pod of what
 * was written. Thread-safe.
 */
public interface PodCheckpoints {

  /**
   * A pod made from a checkpoint.
   *
   * @param podSandboxId its sandbox
   * @param containerIds its containers, in the order in which they were asked for
   */
  record RestoredPod(String podSandboxId, List<String> containerIds) {
    /** Copies the list. */
    public RestoredPod {
      containerIds = List.copyOf(containerIds);
    }
  }

  /**
   * Writes running containers of a pod to a folder: processes, memory and changed files. All are
   * paused before the first is written, so that what is written is of one moment, and go on
   * afterwards, also when it fails. On any failure, an interrupt included, the folder is left as it
   * was.
   *
   * @param containerIds containers of this pod, each once, at least one
   * @param folder absolute path
   * @throws CriException {@code FAILED_PRECONDITION} when a container does not run, or when this
   *     machine lacks something a checkpoint needs, which the message names; {@code
   *     INVALID_ARGUMENT} when the folder does not exist or is not empty
   */
  void checkpointPod(String podSandboxId, List<String> containerIds, Path folder)
      throws InterruptedException;

  /**
   * Makes a new, ready sandbox and, in state {@code CONTAINER_CREATED}, containers whose processes
   * go on where they were paused once they are started. On any failure, an interrupt included,
   * nothing is left behind.
   *
   * @param folder absolute path of what {@link #checkpointPod} wrote
   * @param runtimeHandler one of {@link RuntimeBackend#runtimeHandlers}; never empty
   * @param containers the new containers, told by their names in the checkpoint; their images are
   *     those the written containers had
   * @throws CriException {@code INVALID_ARGUMENT} when the folder holds no complete checkpoint of
   *     such containers; otherwise as {@link PodSandboxes#runPodSandbox} and {@link
   *     Containers#createContainer} throw
   */
  RestoredPod restorePod(
      Path folder, PodSandboxConfig config, String runtimeHandler, List<ContainerConfig> containers)
      throws InterruptedException;
}
