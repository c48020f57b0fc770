package io.keelson.runtime.spi;

import java.nio.file.Path;
import java.time.Duration;

/** Optional part of a backend: writing down a running container. Thread-safe. */
public interface ContainerCheckpoints {

  /**
   * Writes a running container's processes, memory and changed files to a tar archive, from which
   * they can be examined or set going again. The container goes on afterwards.
   *
   * <p>The archive is readable by its owner only, for it holds all the container's secrets. It is
   * there whole or not at all, and takes the place of an older one.
   *
   * @param location absolute path of the archive, in a folder that exists
   * @param limit how long it may take; zero means the backend's own limit
   * @throws CriException {@code FAILED_PRECONDITION} when the container does not run, or when this
   *     machine lacks something a checkpoint needs, which the message names; {@code
   *     INVALID_ARGUMENT} when there can be no archive at {@code location}; {@code
   *     DEADLINE_EXCEEDED} after {@code limit}
   */
  void checkpointContainer(String containerId, Path location, Duration limit)
      throws InterruptedException;
}
