package io.keelson.benchmarks;

import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.nio.file.Path;

/** The pods that every runtime is given. */
final class BenchmarkPods {
  private BenchmarkPods() {}

  /** A pod of this name, with its logs in a folder of the same name. */
  static PodSandboxConfig.Builder pod(String name, Path logs) {
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder().setName(name).setNamespace("default").setUid(name))
        .setLogDirectory(logs.resolve(name).toString());
  }

  /** A container that runs until it is told to end. */
  static ContainerConfig container(String name) {
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName(name))
        .setImage(ImageSpec.newBuilder().setImage(Workspace.IMAGE))
        .setLogPath(name + ".log")
        .build();
  }
}
