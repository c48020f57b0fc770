package io.keelson.runtime.spi;

import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.PodSandboxStats;
import java.util.List;

/** Optional part of a backend: resource usage of pods and containers. Thread-safe. */
public interface StatsProvider {

  /**
   * One container's usage. One that does not run has no figures, but for those of its writable
   * layer where the backend knows them.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such container
   */
  ContainerStats containerStats(String containerId) throws InterruptedException;

  /**
   * Usage of every running container; one that cannot be read is left out, not an error. Those that
   * do not run may be listed too, as {@link #containerStats} tells of them.
   */
  List<ContainerStats> listContainerStats() throws InterruptedException;

  /**
   * One sandbox's usage, its containers included.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such sandbox
   */
  PodSandboxStats podSandboxStats(String podSandboxId) throws InterruptedException;

  /** Usage of every ready sandbox; one that cannot be read is left out, not an error. */
  List<PodSandboxStats> listPodSandboxStats() throws InterruptedException;
}
