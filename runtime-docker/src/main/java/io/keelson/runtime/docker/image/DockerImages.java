package io.keelson.runtime.docker.image;

import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.v1.*;
import java.util.*;

/** x. */
public final class DockerImages implements Images, AutoCloseable {
  /** x. */
  public DockerImages(DockerEngine engine) {}

  @Override
  public List<Image> listImages() {
    return List.of();
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) {
    return Optional.empty();
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig c) {
    return "";
  }

  @Override
  public void removeImage(ImageSpec image) {}

  @Override
  public ImageFsInfoResponse imageFsInfo() {
    return ImageFsInfoResponse.getDefaultInstance();
  }

  @Override
  public void close() {}
}
