package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageFsInfoRequest;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.PullImageRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Images from PullImage to RemoveImage. */
@ExtendWith(GivesRuntime.class)
public final class ImageLifeCycle {
  /** Called by JUnit. */
  ImageLifeCycle() {}

  @Test
  @Specification(
      document = "CRI api.proto, message PullImageResponse",
      says = "image_ref is a reference to the image in use, and can be used to name it")
  @Covers({
    "PullImageRequest.image",
    "PullImageResponse.image_ref",
    "ImageStatusRequest.image",
    "ImageStatusResponse.image",
    "Image.id",
    "ImageSpec.image"
  })
  void theReferenceOfAPullNamesTheImage(RuntimeUnderTest node) {
    String reference = node.pull();
    assertFalse(reference.isEmpty(), "image_ref is empty");
    assertEquals(status(node, node.image()), status(node, image(reference)), "by name and by ref");
    assertFalse(status(node, node.image()).getId().isEmpty(), "id is empty");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Image",
      says = "an image tells its tags, its digests and its size, which is never 0")
  @Covers({"Image.repo_tags", "Image.repo_digests", "Image.size"})
  void aPulledImageHasItsTagADigestAndASize(RuntimeUnderTest node) {
    node.pull();
    var image = status(node, node.image());
    assertTrue(
        image.getRepoTagsList().contains(node.image().getImage()),
        "repo_tags " + image.getRepoTagsList() + " lack " + node.image().getImage());
    assertTrue(image.getSize() > 0, "size is 0");
    // One that was loaded from a file need not have a digest.
    node.assumePulls();
    assertFalse(image.getRepoDigestsList().isEmpty(), "repo_digests is empty");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc ImageStatus",
      says = "an image that is not there is an answer without an image, and no error")
  @Covers({"ImageStatusResponse.image"})
  void theStatusOfAnAbsentImageIsEmptyAndNoError(RuntimeUnderTest node) {
    var request = ImageStatusRequest.newBuilder().setImage(image("localhost/absent:1")).build();
    assertFalse(node.images().imageStatus(request).hasImage(), "image of an absent image");
  }

  @Test
  @Specification(document = "CRI api.proto, rpc PullImage", says = "a pull that fails is an error")
  @Covers({"PullImageRequest.image"})
  void anImageThatNoRegistryHasIsNotPulled(RuntimeUnderTest node) {
    String registry = node.registryAddress();
    var request =
        PullImageRequest.newBuilder().setImage(image(registry + "/missing/image:1")).build();
    node.assertRejected(() -> node.images().pullImage(request));
  }

  @Test
  @Specification(document = "CRI api.proto, message ImageFilter", says = "image is the one to list")
  @Covers({"ListImagesRequest.filter", "ListImagesResponse.images", "ImageFilter.image"})
  void theListIsFilteredByImage(RuntimeUnderTest node) {
    node.pull();
    var filter = ImageFilter.newBuilder().setImage(node.image());
    var request = ListImagesRequest.newBuilder().setFilter(filter).build();
    var found = node.images().listImages(request).getImagesList();
    assertEquals(1, found.size(), "images with the name of the test image");
    assertEquals(status(node, node.image()).getId(), found.getFirst().getId(), "its id");
    var absent = ImageFilter.newBuilder().setImage(image("localhost/absent:1"));
    assertEquals(
        List.of(),
        node.images()
            .listImages(ListImagesRequest.newBuilder().setFilter(absent).build())
            .getImagesList(),
        "images with a name that none has");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message FilesystemUsage",
      says = "timestamp of the figures, mountpoint of the file system, bytes used")
  @Covers({
    "ImageFsInfoResponse.image_filesystems",
    "FilesystemUsage.timestamp",
    "FilesystemUsage.fs_id",
    "FilesystemUsage.used_bytes",
    "FilesystemIdentifier.mountpoint"
  })
  void theImageFileSystemIsTold(RuntimeUnderTest node) {
    var systems =
        node.images()
            .imageFsInfo(ImageFsInfoRequest.getDefaultInstance())
            .getImageFilesystemsList();
    assertFalse(systems.isEmpty(), "image_filesystems is empty");
    assertTrue(systems.getFirst().getTimestamp() > 0, "timestamp is 0");
    assertFalse(systems.getFirst().getFsId().getMountpoint().isEmpty(), "mountpoint is empty");
    assertTrue(systems.getFirst().hasUsedBytes(), "used_bytes is missing");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ImageStatusRequest",
      says = "verbose asks for info, which is for people, and changes nothing else")
  @Covers({"ImageStatusRequest.verbose", "ImageStatusResponse.info"})
  void onlyTheVerboseStatusCarriesInfo(RuntimeUnderTest node) {
    node.pull();
    var request = ImageStatusRequest.newBuilder().setImage(node.image());
    var brief = node.images().imageStatus(request.build());
    assertTrue(brief.getInfoMap().isEmpty(), "info of a status that is not verbose");
    var verbose = node.images().imageStatus(request.setVerbose(true).build());
    assertEquals(brief.getImage(), verbose.getImage(), "the verbose status");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc ListImages",
      says = "without a filter all images are listed")
  @Covers({"ListImagesRequest.filter", "ListImagesResponse.images", "Image.id"})
  void theWholeListHasAPulledImageOnce(RuntimeUnderTest node) {
    node.pull();
    String id = status(node, node.image()).getId();
    var all = node.images().listImages(ListImagesRequest.getDefaultInstance()).getImagesList();
    assertEquals(
        1, all.stream().filter(image -> image.getId().equals(id)).count(), "entries of the image");
  }

  private static ImageSpec image(String name) {
    return ImageSpec.newBuilder().setImage(name).build();
  }

  private static Image status(RuntimeUnderTest node, ImageSpec image) {
    var request = ImageStatusRequest.newBuilder().setImage(image).build();
    return node.images().imageStatus(request).getImage();
  }
}
