package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RemoveImageRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** RemoveImage, by every name that an image has. */
@ExtendWith(GivesRuntime.class)
public final class ImageRemoval {
  /** Called by JUnit. */
  ImageRemoval() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemoveImage",
      says = "the image is gone from the node")
  @Covers({"RemoveImageRequest.image", "ImageStatusResponse.image", "ListImagesResponse.images"})
  void aRemovedImageIsNeitherFoundNorListed(RuntimeUnderTest node) {
    var name = node.imageOfItsOwn();
    String id = pull(node, name).getId();
    remove(node, name);
    assertFalse(status(node, name).hasImage(), "the image is still found by its name");
    assertFalse(status(node, image(id)).hasImage(), "the image is still found by its id");
    assertFalse(ids(node).contains(id), "the image is still listed");
  }

  @Test
  @Specification(
      document = "Kubernetes kubelet, image garbage collection",
      says = "images that nobody uses are removed by their ids")
  @Covers({"RemoveImageRequest.image", "Image.id"})
  void anImageIsRemovedByItsId(RuntimeUnderTest node) {
    var name = node.imageOfItsOwn();
    String id = pull(node, name).getId();
    remove(node, image(id));
    assertFalse(status(node, name).hasImage(), "the image is still found by its name");
    assertFalse(ids(node).contains(id), "the image is still listed");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ImageSpec",
      says = "an image is named by tag, by digest or by id")
  @Covers({"ImageSpec.image", "Image.repo_digests", "Image.repo_tags", "Image.id"})
  void anImageIsFoundByEachOfItsNames(RuntimeUnderTest node) {
    var pulled = pull(node, node.imageOfItsOwn());
    List<String> names = new ArrayList<>(pulled.getRepoTagsList());
    names.addAll(pulled.getRepoDigestsList());
    names.add(pulled.getId());
    for (String name : names) {
      assertEquals(pulled.getId(), status(node, image(name)).getImage().getId(), "id of " + name);
    }
  }

  private static ImageSpec image(String name) {
    return ImageSpec.newBuilder().setImage(name).build();
  }

  private static Image pull(RuntimeUnderTest node, ImageSpec name) {
    node.images().pullImage(PullImageRequest.newBuilder().setImage(name).build());
    return status(node, name).getImage();
  }

  private static void remove(RuntimeUnderTest node, ImageSpec name) {
    node.images().removeImage(RemoveImageRequest.newBuilder().setImage(name).build());
  }

  private static ImageStatusResponse status(RuntimeUnderTest node, ImageSpec name) {
    return node.images().imageStatus(ImageStatusRequest.newBuilder().setImage(name).build());
  }

  private static List<String> ids(RuntimeUnderTest node) {
    var all = node.images().listImages(ListImagesRequest.getDefaultInstance());
    return all.getImagesList().stream().map(Image::getId).toList();
  }
}
