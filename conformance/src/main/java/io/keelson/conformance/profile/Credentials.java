package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.registry.ImageRegistry;
import io.keelson.conformance.registry.Manner;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RemoveImageRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pulls from a registry that does not give its images to everybody. */
@ExtendWith(GivesRuntime.class)
public final class Credentials {
  /** Called by JUnit. */
  Credentials() {}

  @Test
  @Specification(
      document = "CRI api.proto, message AuthConfig",
      says = "username and password are shown to a registry that asks for them")
  @Covers({"PullImageRequest.auth", "AuthConfig.username", "AuthConfig.password"})
  void aUserAndAPasswordOpenARegistryThatAsksForThem(RuntimeUnderTest node) {
    pulls(node, Manner.BASIC, password(ImageRegistry.PASSWORD));
  }

  @Test
  @Specification(
      document = "OCI distribution, token authentication",
      says = "username and password are exchanged for a token where the registry wants one")
  @Covers({"PullImageRequest.auth", "AuthConfig.username", "AuthConfig.password"})
  void aUserAndAPasswordAreExchangedForAToken(RuntimeUnderTest node) {
    pulls(node, Manner.TOKEN, password(ImageRegistry.PASSWORD));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message AuthConfig",
      says = "auth is user and password in one, in base64")
  @Covers({"AuthConfig.auth"})
  void theAuthFieldOpensARegistryLikeUserAndPassword(RuntimeUnderTest node) {
    String pair = ImageRegistry.USER + ":" + ImageRegistry.PASSWORD;
    String auth = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    pulls(node, Manner.BASIC, AuthConfig.newBuilder().setAuth(auth).build());
  }

  @Test
  @Specification(
      document = "CRI api.proto, message AuthConfig",
      says = "registry_token is shown to the registry as it is")
  @Covers({"AuthConfig.registry_token"})
  void aTokenOfTheRegistryOpensIt(RuntimeUnderTest node) {
    pulls(
        node, Manner.TOKEN, AuthConfig.newBuilder().setRegistryToken(ImageRegistry.TOKEN).build());
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PullImageRequest",
      says = "without auth the registry is asked as by anybody")
  @Covers({"PullImageRequest.auth"})
  void withoutCredentialsNothingIsPulledFromARegistryThatAsksForThem(RuntimeUnderTest node) {
    isRefused(node, Manner.BASIC, AuthConfig.getDefaultInstance());
    isRefused(node, Manner.TOKEN, AuthConfig.getDefaultInstance());
  }

  @Test
  @Specification(
      document = "CRI api.proto, message AuthConfig",
      says = "credentials are those of one pull; what an earlier one had opens nothing")
  @Covers({"PullImageRequest.auth", "AuthConfig.password"})
  void aWrongPasswordIsRefusedAlsoWhenTheRightOneWasGivenBefore(RuntimeUnderTest node) {
    pulls(node, Manner.BASIC, password(ImageRegistry.PASSWORD));
    remove(node, Manner.BASIC);
    isRefused(node, Manner.BASIC, password("wrong"));
    isRefused(node, Manner.BASIC, AuthConfig.getDefaultInstance());
  }

  private static AuthConfig password(String password) {
    return AuthConfig.newBuilder().setUsername(ImageRegistry.USER).setPassword(password).build();
  }

  private static ImageSpec image(RuntimeUnderTest node, Manner manner) {
    String repository = node.registry().repositoryOf(node.testImage(), manner);
    return ImageSpec.newBuilder().setImage(repository + ":" + node.testImage().tag()).build();
  }

  private static PullImageRequest pull(RuntimeUnderTest node, Manner manner, AuthConfig auth) {
    return PullImageRequest.newBuilder().setImage(image(node, manner)).setAuth(auth).build();
  }

  private static void pulls(RuntimeUnderTest node, Manner manner, AuthConfig auth) {
    remove(node, manner);
    String reference = node.images().pullImage(pull(node, manner, auth)).getImageRef();
    assertFalse(reference.isEmpty(), "image_ref is empty");
    assertTrue(isThere(node, manner), "the pulled image is not there");
    remove(node, manner);
  }

  private static void isRefused(RuntimeUnderTest node, Manner manner, AuthConfig auth) {
    remove(node, manner);
    node.assertRejected(() -> node.images().pullImage(pull(node, manner, auth)));
    assertFalse(isThere(node, manner), "the image of the refused pull is there");
  }

  private static void remove(RuntimeUnderTest node, Manner manner) {
    node.images()
        .removeImage(RemoveImageRequest.newBuilder().setImage(image(node, manner)).build());
  }

  private static boolean isThere(RuntimeUnderTest node, Manner manner) {
    return node.images()
        .imageStatus(ImageStatusRequest.newBuilder().setImage(image(node, manner)).build())
        .hasImage();
  }
}
