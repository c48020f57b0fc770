package io.keelson.runtime.spi;

/** Optional part of a backend: log rotation driven by the node agent. Thread-safe. */
public interface LogReopening {

  /**
   * Makes output that follows go to a fresh file at the container's log path; nothing is lost.
   *
   * @throws CriException {@code FAILED_PRECONDITION} when the container does not run
   */
  void reopenContainerLog(String containerId) throws InterruptedException;
}
