package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.PullImageResponse;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Faults of images. */
final class ImageFaults {
  private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

  private ImageFaults() {}

  static List<Fault> all() {
    return List.of(
        CallFault.reply(
            "pull-answers-without-reference",
            "does not tell which image it has pulled",
            ImageServiceGrpc.getPullImageMethod(),
            reply -> PullImageResponse.getDefaultInstance()),
        CallFault.reply(
            "pull-answers-wrong-digest",
            "answers a pull with the digest of no image",
            ImageServiceGrpc.getPullImageMethod(),
            reply -> reply.toBuilder().setImageRef(NO_DIGEST).build()),
        CallFault.success(
            "failed-pull-succeeds",
            "claims to have pulled an image that no registry has",
            ImageServiceGrpc.getPullImageMethod(),
            PullImageResponse.newBuilder().setImageRef(NO_DIGEST).build()),
        image("image-without-id", "leaves the id out of an image", Image.Builder::clearId),
        image("image-without-tags", "forgets the tags of an image", Image.Builder::clearRepoTags),
        image(
            "image-without-digests",
            "forgets the digests of an image",
            Image.Builder::clearRepoDigests),
        image("image-size-zero", "does not tell the size of an image", Image.Builder::clearSize),
        BackendFault.ofImages(
            "absent-image-is-an-error",
            "fails where it should say that an image is not there",
            images ->
                new ForwardingImages(images) {
                  @Override
                  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
                    Optional<Image> found = healthy.imageStatus(image);
                    if (found.isEmpty()) {
                      throw CriException.notFound("image " + image.getImage() + " is not here");
                    }
                    return found;
                  }
                }),
        CallFault.reply(
            "absent-image-has-status",
            "answers with an image where there is none",
            ImageServiceGrpc.getImageStatusMethod(),
            reply -> reply.toBuilder().setImage(reply.getImage()).build()),
        CallFault.reply(
            "image-info-unasked",
            "gives debugging information on an image to those who did not ask",
            ImageServiceGrpc.getImageStatusMethod(),
            reply -> reply.toBuilder().putInfo("config", "{}").build()),
        CallFault.request(
            "image-filter-ignored",
            "lists other images than the one asked for",
            ImageServiceGrpc.getListImagesMethod(),
            request -> request.toBuilder().clearFilter().build()),
        BackendFault.ofImages(
            "image-list-empty",
            "lists no images",
            images ->
                new ForwardingImages(images) {
                  @Override
                  public List<Image> listImages() {
                    return List.of();
                  }
                }),
        BackendFault.ofImages(
            "removed-image-still-there",
            "says that it has removed an image, and keeps it",
            images ->
                new ForwardingImages(images) {
                  @Override
                  public void removeImage(ImageSpec image) throws InterruptedException {
                    healthy.imageStatus(image);
                  }
                }),
        BackendFault.ofImages(
            "image-not-removed-by-id",
            "removes images by their names only",
            images ->
                new ForwardingImages(images) {
                  @Override
                  public void removeImage(ImageSpec image) throws InterruptedException {
                    if (!image.getImage().startsWith("sha256:")) {
                      healthy.removeImage(image);
                    }
                  }
                }),
        BackendFault.ofImages(
            "image-not-found-by-digest",
            "does not find an image by its digest",
            images ->
                new ForwardingImages(images) {
                  @Override
                  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
                    return image.getImage().contains("@")
                        ? Optional.empty()
                        : healthy.imageStatus(image);
                  }
                }),
        CallFault.reply(
            "image-filesystem-missing",
            "does not tell what images take of the disk",
            ImageServiceGrpc.getImageFsInfoMethod(),
            reply -> ImageFsInfoResponse.getDefaultInstance()),
        filesystem(
            "image-filesystem-without-time",
            "does not tell when it read what images take of the disk",
            FilesystemUsage.Builder::clearTimestamp),
        filesystem(
            "image-filesystem-without-place",
            "does not tell where images are",
            FilesystemUsage.Builder::clearFsId),
        filesystem(
            "image-filesystem-without-bytes",
            "does not tell how many bytes images take",
            FilesystemUsage.Builder::clearUsedBytes));
  }

  private static Fault image(String name, String wrong, Consumer<Image.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        ImageServiceGrpc.getImageStatusMethod(),
        reply -> {
          if (!reply.hasImage()) {
            return reply;
          }
          ImageStatusResponse.Builder changed = reply.toBuilder();
          change.accept(changed.getImageBuilder());
          return changed.build();
        });
  }

  private static Fault filesystem(
      String name, String wrong, Consumer<FilesystemUsage.Builder> change) {
    return CallFault.reply(
        name,
        wrong,
        ImageServiceGrpc.getImageFsInfoMethod(),
        reply -> {
          ImageFsInfoResponse.Builder changed = reply.toBuilder();
          changed.getImageFilesystemsBuilderList().forEach(change);
          return changed.build();
        });
  }
}
