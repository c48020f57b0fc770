package io.keelson.runtime.server;

import io.keelson.runtime.spi.RuntimeBackend;
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
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The calls of {@code ImageService}; an image spec's runtime handler chooses the backend. */
final class ImageCalls {
  private final BackendRouter router;
  private final InFlightCalls inFlight;

  ImageCalls(BackendRouter router, InFlightCalls inFlight) {
    this.router = router;
    this.inFlight = inFlight;
  }

  List<Image> list(ImageFilter filter) throws InterruptedException {
    if (filter.hasImage() && !filter.getImage().getImage().isEmpty()) {
      return find(filter.getImage()).stream().toList();
    }
    List<Image> all = new ArrayList<>();
    for (RuntimeBackend backend : router.backends()) {
      all.addAll(backend.images().listImages());
    }
    return all;
  }

  ImageStatusResponse status(ImageStatusRequest request) throws InterruptedException {
    ImageStatusResponse.Builder response = ImageStatusResponse.newBuilder();
    Optional<Image> image = find(request.getImage());
    if (image.isPresent()) {
      response.setImage(image.get());
      if (request.getVerbose()) {
        response.putAllInfo(backend(request.getImage()).images().imageInfo(request.getImage()));
      }
    }
    return response.build();
  }

  PullImageResponse pull(PullImageRequest request) throws InterruptedException {
    RequestValidation.image("image", request.getImage());
    RuntimeBackend backend = backend(request.getImage());
    String reference =
        inFlight.call(
            "PullImage of %s by %s"
                .formatted(request.getImage().getImage(), Integer.toHexString(request.hashCode())),
            request,
            () ->
                backend
                    .images()
                    .pullImage(request.getImage(), request.getAuth(), request.getSandboxConfig()));
    return PullImageResponse.newBuilder().setImageRef(reference).build();
  }

  RemoveImageResponse remove(RemoveImageRequest request) throws InterruptedException {
    RequestValidation.image("image", request.getImage());
    backend(request.getImage()).images().removeImage(request.getImage());
    return RemoveImageResponse.getDefaultInstance();
  }

  /** Backends that share a filesystem report it once. */
  ImageFsInfoResponse fsInfo() throws InterruptedException {
    ImageFsInfoResponse.Builder merged = ImageFsInfoResponse.newBuilder();
    Set<String> images = new LinkedHashSet<>();
    Set<String> containers = new LinkedHashSet<>();
    for (RuntimeBackend backend : router.backends()) {
      ImageFsInfoResponse info = backend.images().imageFsInfo();
      info.getImageFilesystemsList().stream()
          .filter(usage -> images.add(usage.getFsId().getMountpoint()))
          .forEach(merged::addImageFilesystems);
      info.getContainerFilesystemsList().stream()
          .filter(usage -> containers.add(usage.getFsId().getMountpoint()))
          .forEach(merged::addContainerFilesystems);
    }
    return merged.build();
  }

  private Optional<Image> find(ImageSpec image) throws InterruptedException {
    RequestValidation.image("image", image);
    return backend(image).images().imageStatus(image);
  }

  private RuntimeBackend backend(ImageSpec image) {
    return router.handler(image.getRuntimeHandler()).backend();
  }
}
