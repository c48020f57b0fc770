package io.keelson.runtime.server;

import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.PullImageResponse;
import io.keelson.runtime.v1.RemoveImageRequest;
import io.keelson.runtime.v1.RemoveImageResponse;
import io.keelson.runtime.v1.UInt64Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The calls of {@code ImageService}. An image spec's runtime handler chooses the backend, none
 * means the default one. Images of other backends bear a handler of theirs wherever they are
 * listed, so that a caller can name them again.
 */
final class ImageCalls {
  private final BackendRouter router;
  private final InFlightCalls inFlight;

  private record PullKey(RuntimeBackend backend, PullImageRequest request) {
    @Override
    public String toString() {
      return "PullImage of " + request.getImage().getImage();
    }
  }

  ImageCalls(BackendRouter router, InFlightCalls inFlight) {
    this.router = router;
    this.inFlight = inFlight;
  }

  List<Image> list(ImageFilter filter) throws InterruptedException {
    ImageSpec wanted = filter.getImage();
    if (!wanted.getImage().isEmpty()) {
      ImageChecks.spec("filter.image", wanted);
      return find(backend(wanted), wanted).stream().toList();
    }
    List<Image> all = new ArrayList<>();
    for (RuntimeBackend backend : router.backends()) {
      for (Image image : backend.images().listImages()) {
        all.add(marked(backend, image));
      }
    }
    return all;
  }

  ImageStatusResponse status(ImageStatusRequest request) throws InterruptedException {
    RuntimeBackend backend = backend(request.getImage());
    ImageStatusResponse.Builder response = ImageStatusResponse.newBuilder();
    Optional<Image> image = find(backend, request.getImage());
    if (image.isPresent()) {
      response.setImage(image.get());
      if (request.getVerbose()) {
        response.putAllInfo(backend.images().imageInfo(request.getImage()));
      }
    }
    return response.build();
  }

  /** Pods that want the same image with the same credentials at once share one pull. */
  PullImageResponse pull(PullImageRequest request) throws InterruptedException {
    RuntimeBackend backend = backend(request.getImage());
    PullImageRequest shared = request.toBuilder().clearSandboxConfig().build();
    String reference =
        inFlight.call(
            new PullKey(backend, shared),
            shared,
            () ->
                backend
                    .images()
                    .pullImage(request.getImage(), request.getAuth(), request.getSandboxConfig()));
    return PullImageResponse.newBuilder().setImageRef(reference).build();
  }

  /**
   * Without a handler, removes the image from the first backend that has it: node agents that do
   * not know handlers for images still collect what {@link #list} shows them.
   */
  RemoveImageResponse remove(RemoveImageRequest request) throws InterruptedException {
    ImageSpec image = request.getImage();
    if (!image.getRuntimeHandler().isEmpty()) {
      backend(image).images().removeImage(image);
      return RemoveImageResponse.getDefaultInstance();
    }
    for (RuntimeBackend backend : router.backends()) {
      if (backend.images().imageStatus(image).isPresent()) {
        backend.images().removeImage(image);
        break;
      }
    }
    return RemoveImageResponse.getDefaultInstance();
  }

  /** Backends that keep their images on one filesystem add up there. */
  ImageFsInfoResponse fsInfo() throws InterruptedException {
    Map<String, FilesystemUsage> images = new LinkedHashMap<>();
    Map<String, FilesystemUsage> containers = new LinkedHashMap<>();
    for (RuntimeBackend backend : router.backends()) {
      ImageFsInfoResponse info = backend.images().imageFsInfo();
      for (FilesystemUsage usage : info.getImageFilesystemsList()) {
        images.merge(usage.getFsId().getMountpoint(), usage, ImageCalls::sum);
      }
      for (FilesystemUsage usage : info.getContainerFilesystemsList()) {
        containers.merge(usage.getFsId().getMountpoint(), usage, ImageCalls::sum);
      }
    }
    return ImageFsInfoResponse.newBuilder()
        .addAllImageFilesystems(images.values())
        .addAllContainerFilesystems(containers.values())
        .build();
  }

  private static FilesystemUsage sum(FilesystemUsage one, FilesystemUsage other) {
    return one.toBuilder()
        .setTimestamp(Math.max(one.getTimestamp(), other.getTimestamp()))
        .setUsedBytes(sum(one.getUsedBytes(), other.getUsedBytes()))
        .setInodesUsed(sum(one.getInodesUsed(), other.getInodesUsed()))
        .build();
  }

  private static UInt64Value sum(UInt64Value one, UInt64Value other) {
    return UInt64Value.newBuilder().setValue(one.getValue() + other.getValue()).build();
  }

  private Optional<Image> find(RuntimeBackend backend, ImageSpec image)
      throws InterruptedException {
    return backend.images().imageStatus(image).map(found -> marked(backend, found));
  }

  private Image marked(RuntimeBackend backend, Image image) {
    if (backend.equals(router.defaultBackend())) {
      return image;
    }
    String handler = backend.runtimeHandlers().getFirst().getName();
    return image.toBuilder()
        .setSpec(image.getSpec().toBuilder().setRuntimeHandler(handler))
        .build();
  }

  private RuntimeBackend backend(ImageSpec image) {
    return router.handler(image.getRuntimeHandler()).backend();
  }
}
