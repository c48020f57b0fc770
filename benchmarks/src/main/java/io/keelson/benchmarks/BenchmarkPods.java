package io.keelson.benchmarks;

import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The pods that every runtime is given. */
final class BenchmarkPods {
  private static final String LABEL = "io.keelson.benchmark";

  private BenchmarkPods() {}

  /** Which pods are ours. */
  static PodSandboxFilter filter() {
    return PodSandboxFilter.newBuilder().putLabelSelector(LABEL, "yes").build();
  }

  /** A pod of this name, with its logs in a folder of the same name, which node agents make. */
  static PodSandboxConfig.Builder pod(String name, Path logs) {
    Path folder = logs.resolve(name);
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder().setName(name).setNamespace("default").setUid(name))
        .putLabels(LABEL, "yes")
        .setLogDirectory(folder.toString());
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
