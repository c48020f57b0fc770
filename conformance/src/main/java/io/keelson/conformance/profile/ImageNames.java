package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.image.TestImage;
import io.keelson.conformance.registry.ImageRegistry;
import io.keelson.conformance.registry.Manner;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RemoveImageRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The names an image has, and what is known of it. */
@ExtendWith(GivesRuntime.class)
public final class ImageNames {
  /** Called by JUnit. */
  ImageNames() {}

  @Test
  @Specification(
      document = "OCI distribution, pulling manifests",
      says = "a digest names an image as well as a tag does")
  @Covers({"PullImageRequest.image", "Image.repo_digests"})
  void anImageIsPulledAndFoundByItsDigest(RuntimeUnderTest node) {
    TestImage image = node.newImage();
    String byDigest = repository(node, image) + "@" + image.manifest().digest();
    pull(node, byDigest);
    Image status = status(node, byDigest).getImage();
    assertTrue(
        status.getRepoDigestsList().contains(byDigest),
        "repo_digests %s lack %s".formatted(status.getRepoDigestsList(), byDigest));
    remove(node, byDigest);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Image",
      says = "all tags of an image are in its repo_tags")
  @Covers({"Image.repo_tags", "Image.id"})
  void twoTagsOfOneManifestAreOneImage(RuntimeUnderTest node) {
    TestImage image = node.newImage();
    String first = repository(node, image) + ":" + image.tag();
    String second = repository(node, image) + ":" + ImageRegistry.OTHER_TAG;
    pull(node, first);
    pull(node, second);
    Image status = status(node, first).getImage();
    assertEquals(status.getId(), status(node, second).getImage().getId(), "the ids of two tags");
    assertTrue(
        status.getRepoTagsList().contains(first) && status.getRepoTagsList().contains(second),
        "repo_tags %s lack one of %s and %s".formatted(status.getRepoTagsList(), first, second));
    remove(node, first);
    remove(node, second);
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemoveImage",
      says = "an image that was removed is not there any more")
  @Covers({"RemoveImageRequest.image"})
  void aRemovedImageIsNotThereByNoneOfItsNames(RuntimeUnderTest node) {
    TestImage image = node.newImage();
    String first = repository(node, image) + ":" + image.tag();
    String second = repository(node, image) + ":" + ImageRegistry.OTHER_TAG;
    pull(node, first);
    pull(node, second);
    String id = status(node, first).getImage().getId();
    remove(node, id);
    assertFalse(status(node, id).hasImage(), "the image is there by its id");
    assertFalse(status(node, first).hasImage(), "the image is there by its first tag");
    assertFalse(status(node, second).hasImage(), "the image is there by its second tag");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Image",
      says = "uid is the user an image names by number, and is not set for one named by name")
  @Covers({"Image.uid", "Image.username"})
  void theUserOfAnImageIsTold(RuntimeUnderTest node) {
    Image number = pulled(node, TestImage.withUserId());
    assertTrue(number.hasUid(), "uid of an image whose user is a number is missing");
    assertEquals(TestImage.USER_ID, number.getUid().getValue(), "uid");
    assertEquals("", number.getUsername(), "username of an image whose user is a number");
    Image name = pulled(node, TestImage.withUserName());
    assertEquals(TestImage.USER, name.getUsername(), "username");
    assertFalse(name.hasUid(), "uid of an image whose user is a name is set");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Image",
      says = "pinned keeps an image from being removed; only what the runtime itself needs is")
  @Covers({"Image.pinned"})
  void anImageThatWasPulledForOthersIsNotPinned(RuntimeUnderTest node) {
    node.pull();
    assertFalse(status(node, node.image().getImage()).getImage().getPinned(), "pinned");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc PullImage",
      says = "pulling what is there already gives the same reference")
  @Covers({"PullImageResponse.image_ref"})
  void aSecondPullGivesTheSameReference(RuntimeUnderTest node) {
    assertEquals(node.pull(), node.pull(), "image_ref of two pulls");
  }

  private static String repository(RuntimeUnderTest node, TestImage image) {
    return node.registry().repositoryOf(image, Manner.OPEN);
  }

  private static Image pulled(RuntimeUnderTest node, TestImage image) {
    node.assumeRealImages();
    assertFalse(node.pull(image).isEmpty(), "image_ref is empty");
    return status(node, node.image(image).getImage()).getImage();
  }

  private static ImageSpec image(String name) {
    return ImageSpec.newBuilder().setImage(name).build();
  }

  private static void pull(RuntimeUnderTest node, String name) {
    String reference =
        node.images()
            .pullImage(PullImageRequest.newBuilder().setImage(image(name)).build())
            .getImageRef();
    assertFalse(reference.isEmpty(), "image_ref is empty");
  }

  private static void remove(RuntimeUnderTest node, String name) {
    node.images().removeImage(RemoveImageRequest.newBuilder().setImage(image(name)).build());
  }

  private static ImageStatusResponse status(RuntimeUnderTest node, String name) {
    return node.images().imageStatus(ImageStatusRequest.newBuilder().setImage(image(name)).build());
  }
}
