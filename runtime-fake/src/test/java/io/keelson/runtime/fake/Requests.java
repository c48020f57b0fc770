package io.keelson.runtime.fake;

import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;

/** Well-formed parts of requests. */
final class Requests {
  static final ImageSpec IMAGE = ImageSpec.newBuilder().setImage("busybox").build();

  private Requests() {}

  static PodSandboxConfig pod(String name) {
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder()
                .setName(name)
                .setNamespace("default")
                .setUid("uid-of-" + name))
        .build();
  }

  static ContainerConfig container(String name) {
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName(name))
        .setImage(IMAGE)
        .build();
  }
}
