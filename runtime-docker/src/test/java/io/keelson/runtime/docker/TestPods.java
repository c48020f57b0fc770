package io.keelson.runtime.docker;

import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.nio.file.Path;
import java.util.List;

/** Configurations tests begin with. */
final class TestPods {
  private TestPods() {}

  static PodSandboxConfig.Builder pod(String name, Path logDirectory) {
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder()
                .setName(name)
                .setNamespace("default")
                .setUid("uid-of-" + name))
        .setHostname(name)
        .setLogDirectory(logDirectory.toString())
        .putLabels("app", name)
        .putAnnotations("note", "of " + name);
  }

  static ContainerConfig.Builder container(String name, String image, String... command) {
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName(name))
        .setImage(ImageSpec.newBuilder().setImage(image))
        .addAllCommand(List.of(command))
        .setLogPath(name + "/0.log");
  }

  /** Process ids of the container's own, as node agents ask for unless a pod wants otherwise. */
  static void withOwnProcessIds(ContainerConfig.Builder container) {
    container
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setPid(NamespaceMode.CONTAINER);
  }
}
