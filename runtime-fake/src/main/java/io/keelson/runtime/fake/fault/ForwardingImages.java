package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.Images;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Healthy images, of which a fault changes what it wants. */
abstract class ForwardingImages implements Images {
  final Images healthy;

  ForwardingImages(Images healthy) {
    this.healthy = healthy;
  }

  @Override
  public List<Image> listImages() throws InterruptedException {
    return healthy.listImages();
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
    return healthy.imageStatus(image);
  }

  @Override
  public Map<String, String> imageInfo(ImageSpec image) throws InterruptedException {
    return healthy.imageInfo(image);
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    return healthy.pullImage(image, auth, sandboxConfig);
  }

  @Override
  public void removeImage(ImageSpec image) throws InterruptedException {
    healthy.removeImage(image);
  }

  @Override
  public ImageFsInfoResponse imageFsInfo() throws InterruptedException {
    return healthy.imageFsInfo();
  }
}
