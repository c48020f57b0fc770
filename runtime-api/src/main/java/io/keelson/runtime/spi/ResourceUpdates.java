package io.keelson.runtime.spi;

import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;

/** Optional part of a backend: changing limits of what runs. Thread-safe. */
public interface ResourceUpdates {

  /** Applies new limits to a created or running container; unset fields stay as they are. */
  void updateContainerResources(UpdateContainerResourcesRequest request)
      throws InterruptedException;

  /** Takes note of a pod's new overhead and resources, after its cgroup was resized. */
  void updatePodSandboxResources(UpdatePodSandboxResourcesRequest request)
      throws InterruptedException;
}
