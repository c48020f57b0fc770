package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees that a container's image is there, as its pull policy says. */
final class ImageProvider {
  private static final Logger log = LoggerFactory.getLogger(ImageProvider.class);

  private final RuntimeClient client;

  ImageProvider(RuntimeClient client) {
    this.client = client;
  }

  /**
   * The image, pulled if need be.
   *
   * @param runtimeHandler of the pod; empty for the default
   */
  Image provide(Container container, String runtimeHandler, PodSandboxConfig sandbox)
      throws StartFailure, InterruptedException {
    String name = container.getImage();
    ImageSpec spec =
        ImageSpec.newBuilder()
            .setImage(name)
            .setUserSpecifiedImage(name)
            .setRuntimeHandler(runtimeHandler)
            .build();
    String policy = container.getImagePullPolicy();
    try {
      Optional<Image> present = client.imageStatus(spec);
      if (policy.equals("Never")) {
        return present.orElseThrow(() ->
            new StartFailure(
                StartFailure.IMAGE_NEVER_PULL,
                "image '%s' is not here and imagePullPolicy is Never; load it, or allow pulling"
                    .formatted(name),
                null));
      }
      if (present.isPresent() && policy.equals("IfNotPresent")) {
        return present.get();
      }
      log.info("pulling image {}", name);
      String reference = client.pullImage(spec, AuthConfig.getDefaultInstance(), sandbox);
      return client
          .imageStatus(spec.toBuilder().setImage(reference).build())
          .orElseThrow(() ->
              new StartFailure(
                  StartFailure.IMAGE_PULL,
                  "image '%s' was pulled and is not here".formatted(name),
                  null));
    } catch (CriException e) {
      throw new StartFailure(
          e.code() == Status.Code.INVALID_ARGUMENT
              ? StartFailure.INVALID_IMAGE_NAME
              : StartFailure.IMAGE_PULL,
          String.valueOf(e.getMessage()),
          e);
    }
  }
}
