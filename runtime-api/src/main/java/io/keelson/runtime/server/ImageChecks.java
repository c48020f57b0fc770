package io.keelson.runtime.server;

import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RemoveImageRequest;

/** What requests about images must look like whatever the backend. */
final class ImageChecks {
  private static final int REFERENCE_LIMIT = 1024;

  private ImageChecks() {}

  static void status(ImageStatusRequest request) {
    spec("image", request.getImage());
  }

  /** The pod an image is for may be told only in part: no pull depends on it. */
  static void pull(PullImageRequest request) {
    spec("image", request.getImage());
  }

  static void remove(RemoveImageRequest request) {
    spec("image", request.getImage());
  }

  static void spec(String field, ImageSpec image) {
    String name = image.getImage();
    Fields.require(!name.isEmpty(), "%s.image is empty; give an image name or id", field);
    Fields.require(
        name.length() <= REFERENCE_LIMIT && name.chars().allMatch(c -> c > ' ' && c < 0x7f),
        "%s.image '%s' is not an image reference: 1 to %d printable characters without spaces",
        field,
        Fields.shown(name),
        REFERENCE_LIMIT);
    Fields.nameOrEmpty(field + ".runtime_handler", image.getRuntimeHandler());
    Fields.labels(field + ".annotations", image.getAnnotationsMap());
  }
}
