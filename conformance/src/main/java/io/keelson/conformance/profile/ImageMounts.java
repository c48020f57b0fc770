package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.grpc.StatusRuntimeException;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.conformance.image.TestImage;
import io.keelson.runtime.v1.Mount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Images as folders in containers. */
@ExtendWith(GivesRuntime.class)
public final class ImageMounts {
  /** Called by JUnit. */
  ImageMounts() {}

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "image is mounted read-only in place of a host path")
  @Covers({"Mount.image"})
  void anImageCanBeMounted(RuntimeUnderTest node) {
    var container = startOrDoNotApply(node, mount(node));
    assertEquals(TestImage.DATA, container.read("/mnt/data/file"), "/mnt/data/file");
    assertEquals("EROFS", container.attempt("write", "/mnt/new", "x"), "writing");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "image_sub_path is the folder of the image that is mounted")
  @Covers({"Mount.image", "Mount.image_sub_path"})
  void aFolderOfAnImageCanBeMounted(RuntimeUnderTest node) {
    var container = startOrDoNotApply(node, mount(node).setImageSubPath("data"));
    assertEquals(TestImage.DATA, container.read("/mnt/file"), "/mnt/file");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "image_sub_path is a folder of the image, and cannot lead out of it")
  @Covers({"Mount.image_sub_path"})
  void aFolderThatTheImageLacksCannotBeMounted(RuntimeUnderTest node) {
    startOrDoNotApply(node, mount(node));
    node.assumeRunsPrograms();
    node.assertRejected(() -> start(node, mount(node).setImageSubPath("absent")));
    node.assertRejected(() -> start(node, mount(node).setImageSubPath("../..")));
  }

  private static Mount.Builder mount(RuntimeUnderTest node) {
    return Mount.newBuilder().setImage(node.image()).setContainerPath("/mnt").setReadonly(true);
  }

  private static TestContainer start(RuntimeUnderTest node, Mount.Builder mount) {
    Pod pod = node.runPod();
    return pod.create(pod.containerConfig("main", "pause").addMounts(mount).build()).start();
  }

  private static TestContainer startOrDoNotApply(RuntimeUnderTest node, Mount.Builder mount) {
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "pause").addMounts(mount).build();
    try {
      return pod.create(config).start();
    } catch (StatusRuntimeException e) {
      // There is no feature to announce it with; runtimes that came before it refuse.
      assumeFalse(true, "the runtime mounts no images: " + e.getStatus().getDescription());
      throw e;
    }
  }
}
