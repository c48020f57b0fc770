package io.keelson.runtime.spi;

import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Images, as CRI v1 {@code ImageService} defines them. Thread-safe. */
public interface Images {

  /** Every image here, each with its tags and digests; the server filters. */
  List<Image> listImages() throws InterruptedException;

  /**
   * The image a spec names by id, tag or digest, or empty when it is not here.
   *
   * @throws CriException {@code INVALID_ARGUMENT} when the name is not an image reference
   */
  Optional<Image> imageStatus(ImageSpec image) throws InterruptedException;

  /** Extra debugging information for a verbose status: free keys, values usually JSON. */
  default Map<String, String> imageInfo(ImageSpec image) throws InterruptedException {
    return Map.of();
  }

  /**
   * Pulls an image from its registry.
   *
   * @param auth credentials; the default instance means none
   * @param sandboxConfig the pod it is pulled for; the default instance when there is none
   * @return a reference by which the image is found again: its id
   * @throws CriException {@code NOT_FOUND} when the registry has no such image, {@code UNAVAILABLE}
   *     when the registry cannot be reached, {@code PERMISSION_DENIED} or {@code UNAUTHENTICATED}
   *     when it refuses the credentials
   */
  String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException;

  /** Removes an image with all its names. Succeeds when it is not here. */
  void removeImage(ImageSpec image) throws InterruptedException;

  /** What images and writable layers take of the filesystems they live on. */
  ImageFsInfoResponse imageFsInfo() throws InterruptedException;
}
