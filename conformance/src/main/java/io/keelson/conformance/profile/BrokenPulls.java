package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.StatusRuntimeException;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.image.TestImage;
import io.keelson.conformance.registry.Manner;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.PullImageRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pulls that a registry does not let come to a good end. */
@ExtendWith(GivesRuntime.class)
public final class BrokenPulls {
  /** Runtimes may try again for minutes; that none of it succeeds is seen earlier. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Called by JUnit. */
  BrokenPulls() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc PullImage",
      says = "an image is there whole or not at all")
  @Covers({"PullImageRequest.image", "ImageStatusResponse.image"})
  void anImageWhoseLayerIsCutShortIsNotThere(RuntimeUnderTest node) {
    isNotPulled(node, Manner.CUT);
  }

  @Test
  @Specification(
      document = "OCI distribution, verifying content",
      says = "content that has not the digest it is named by is not taken")
  @Covers({"PullImageRequest.image", "ImageStatusResponse.image"})
  void aLayerOfAnotherDigestIsNotTaken(RuntimeUnderTest node) {
    isNotPulled(node, Manner.FALSIFIED);
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc PullImage",
      says = "an image is there whole or not at all")
  @Covers({"PullImageRequest.image", "ImageStatusResponse.image"})
  void anImageWithoutItsLayerIsNotThere(RuntimeUnderTest node) {
    isNotPulled(node, Manner.INCOMPLETE);
  }

  @Test
  @Specification(
      document = "gRPC, deadlines and cancellation",
      says = "what nobody waits for any more is given up")
  @Covers({"PullImageRequest.image"})
  void aPullThatNobodyWaitsForIsGivenUp(RuntimeUnderTest node) {
    isNotPulled(node, Manner.ENDLESS);
    node.await(
        "the runtime stops to fetch a layer after the caller's deadline",
        () -> node.registry().endlessTransfers() == 0);
  }

  private static void isNotPulled(RuntimeUnderTest node, Manner manner) {
    TestImage unseen = TestImage.another();
    node.registry().add(unseen);
    String name = node.registry().repositoryOf(unseen, manner) + ":" + unseen.tag();
    ImageSpec image = ImageSpec.newBuilder().setImage(name).build();
    assertThrows(
        StatusRuntimeException.class,
        () ->
            node.images()
                .withDeadlineAfter(PATIENCE)
                .pullImage(PullImageRequest.newBuilder().setImage(image).build()),
        "the pull had to fail");
    assertFalse(
        node.images()
            .imageStatus(ImageStatusRequest.newBuilder().setImage(image).build())
            .hasImage(),
        "the image is there after a pull that failed");
  }
}
