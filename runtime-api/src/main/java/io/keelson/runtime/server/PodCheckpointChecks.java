package io.keelson.runtime.server;

import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.RestorePodRequest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What requests about checkpoints of pods must look like whatever the backend. */
final class PodCheckpointChecks {
  private PodCheckpointChecks() {}

  static void checkpoint(CheckpointPodRequest request) {
    Fields.id("pod_sandbox_id", request.getPodSandboxId());
    Fields.absolutePath("output_path", request.getOutputPath());
    Fields.require(
        request.getContainerIdsCount() > 0,
        "container_ids is empty; name the running containers to write");
    Fields.count("container_ids", request.getContainerIdsList());
    for (String id : request.getContainerIdsList()) {
      Fields.id("container_ids", id);
    }
    noOptions(request.getOptionsMap());
  }

  static void restore(RestorePodRequest request) {
    Fields.absolutePath("checkpoint_path", request.getCheckpointPath());
    Fields.require(request.hasConfig(), "config is missing");
    Fields.nameOrEmpty("runtime_handler", request.getRuntimeHandler());
    PodSandboxChecks.config("config", request.getConfig());
    Fields.require(
        request.getContainerConfigsCount() > 0,
        "container_configs is empty; name the containers to restore");
    Fields.count("container_configs", request.getContainerConfigsList());
    Set<String> names = new HashSet<>();
    for (ContainerConfig container : request.getContainerConfigsList()) {
      ContainerChecks.config("container_configs", container);
      Fields.require(
          names.add(container.getMetadata().getName()),
          "container_configs has two containers named '%s'",
          container.getMetadata().getName());
    }
    noOptions(request.getOptionsMap());
  }

  /** A caller must not believe that an option was heeded. */
  private static void noOptions(Map<String, String> options) {
    Fields.require(options.isEmpty(), "options has %s, but no option is known", options.keySet());
  }
}
