package io.keelson.runtime.docker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.FilesystemUsage;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PrivateEngine.class)
class DockerImagesIT {
  private static final AuthConfig NOBODY = AuthConfig.getDefaultInstance();

  private final DockerEngine engine;
  private TestRegistry registry;
  private DockerImages images;
  private final List<String> pulled = new ArrayList<>();

  DockerImagesIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void open() throws IOException {
    registry = TestRegistry.start();
    images = new DockerImages(engine, Mirrors.NONE, Clock.systemUTC());
  }

  @AfterEach
  void removeWhatWasPulled() throws IOException, InterruptedException {
    for (String image : pulled) {
      images.removeImage(spec(image));
    }
    images.close();
    registry.close();
  }

  private static ImageSpec spec(String image) {
    return ImageSpec.newBuilder().setImage(image).build();
  }

  private String pull(String image, AuthConfig auth) throws InterruptedException {
    pulled.add(image);
    return images.pullImage(spec(image), auth, PodSandboxConfig.getDefaultInstance());
  }

  private CriException pullFails(String image, AuthConfig auth) {
    return catchThrowableOfType(CriException.class, () -> pull(image, auth));
  }

  /** An image whose only file tells it from others. */
  private ImageArchive image(String content) throws InterruptedException {
    return ImageArchive.named("offered/" + content + ":1", engine.version().architecture())
        .file("/content", 0644, content.getBytes(StandardCharsets.UTF_8))
        .user("1000:1000")
        .build();
  }

  private Image status(String image) throws InterruptedException {
    return images.imageStatus(spec(image)).orElseThrow();
  }

  @Test
  void anImageIsPulledByTagAndKnownByEveryName() throws Exception {
    ImageArchive offered = image("by-tag");
    String digest = registry.offer("team/app", "1", offered);
    String name = registry.host() + "/team/app";

    assertThat(pull(name + ":1", NOBODY)).isEqualTo(offered.id());

    Image image = status(name + ":1");
    assertThat(image.getId()).isEqualTo(offered.id());
    assertThat(image.getRepoTagsList()).containsExactly(name + ":1");
    assertThat(image.getRepoDigestsList()).containsExactly(name + "@" + digest);
    assertThat(image.getUid().getValue()).isEqualTo(1000);
    assertThat(image.getSize()).isPositive();
    assertThat(image.getPinned()).isFalse();
    assertThat(images.listImages()).contains(image);
    for (String other :
        List.of(name + "@" + digest, image.getId(), image.getId().substring(7, 20))) {
      assertThat(status(other)).as(other).isEqualTo(image);
    }
  }

  @Test
  void anImageIsPulledByDigestAlone() throws Exception {
    ImageArchive offered = image("by-digest");
    String digest = registry.offer("team/app", "1", offered);
    String reference = registry.host() + "/team/app@" + digest;

    assertThat(pull(reference, NOBODY)).isEqualTo(offered.id());

    assertThat(status(reference).getRepoTagsList()).isEmpty();
    assertThat(status(reference).getRepoDigestsList()).containsExactly(reference);
  }

  @Test
  void aRegistryThatAsksForAPasswordGetsItInEveryFormOfTheApi() throws Exception {
    registry.offer("team/secret", "1", image("secret"));
    registry.requirePassword("user:pass:word");
    String name = registry.host() + "/team/secret:1";

    CriException refused = pullFails(name, NOBODY);
    assertThat(refused.code())
        .as(refused::getMessage)
        .isIn(Status.Code.UNAUTHENTICATED, Status.Code.PERMISSION_DENIED);
    AuthConfig words = AuthConfig.newBuilder().setUsername("user").setPassword("pass:word").build();
    AuthConfig coded =
        AuthConfig.newBuilder()
            .setAuth(
                Base64.getEncoder()
                    .encodeToString("user:pass:word".getBytes(StandardCharsets.UTF_8)))
            .setServerAddress("http://" + registry.host() + "/v2/")
            .build();
    for (AuthConfig auth : List.of(words, coded)) {
      pull(name, auth);
      images.removeImage(spec(name));
    }
    AuthConfig ofAnother = coded.toBuilder().setServerAddress("registry.example").build();
    assertThat(pullFails(name, ofAnother)).as("credentials are not given to strangers").isNotNull();
  }

  @Test
  void whatTheRegistryDoesNotHaveIsNotFoundAndNamesTheImage() {
    String name = registry.host() + "/team/none:1";

    CriException failure = pullFails(name, NOBODY);

    assertThat(failure.code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(failure).hasMessageContaining(name).hasMessageContaining("check its name and tag");
  }

  @Test
  void aRegistryThatDoesNotAnswerIsCalledUnavailableInTheNodeAgentsWords() throws IOException {
    String host = registry.host();
    registry.close();

    CriException failure = pullFails(host + "/team/app:1", NOBODY);

    assertThat(failure.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(failure).hasMessageStartingWith("RegistryUnavailable: ").hasMessageContaining(host);
  }

  @Test
  void anImageThatItsRegistryHoldsBackForWantOfASignatureIsRefusedForThatReason() throws Exception {
    registry.offer("team/unsigned", "1", image("unsigned"));
    registry.refuse("The image is not signed by cosign.");

    CriException failure = pullFails(registry.host() + "/team/unsigned:1", NOBODY);

    assertThat(failure.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(failure)
        .hasMessageStartingWith("SignatureValidationFailed: ")
        .hasMessageContaining("not signed by cosign");
  }

  @Test
  void thoseWhoWantOneImageAtATimeShareOnePull() throws Exception {
    registry.offer("team/shared", "1", image("shared"));
    String name = registry.host() + "/team/shared:1";

    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        answers.add(callers.submit(() -> pull(name, NOBODY)));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get()).isEqualTo(answers.getFirst().get());
      }
    }

    List<String> blobs = registry.served().stream().filter(w -> w.startsWith("blob ")).toList();
    assertThat(blobs).doesNotHaveDuplicates();
  }

  @Test
  void aPullWithoutProgressIsGivenUp() throws Exception {
    registry.offer("team/stalled", "1", image("stalled"));
    registry.stall();
    String name = registry.host() + "/team/stalled:1";
    try (DockerImages impatient =
        new DockerImages(engine, Mirrors.NONE, Duration.ofMillis(500), Clock.systemUTC())) {
      CriException failure =
          catchThrowableOfType(
              CriException.class,
              () -> impatient.pullImage(spec(name), NOBODY, PodSandboxConfig.getDefaultInstance()));

      assertThat(failure.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(failure).hasMessageContaining("no progress for").hasMessageContaining(name);
    }
    assertThat(images.imageStatus(spec(name))).isEmpty();
  }

  @Test
  void removingAnImageByOneNameRemovesAllAndIsRepeatable() throws Exception {
    ImageArchive offered = image("removed");
    registry.offer("team/a", "1", offered);
    registry.offer("team/b", "2", offered);
    pull(registry.host() + "/team/a:1", NOBODY);
    pull(registry.host() + "/team/b:2", NOBODY);

    images.removeImage(spec(registry.host() + "/team/a:1"));

    assertThat(images.imageStatus(spec(registry.host() + "/team/b:2"))).isEmpty();
    assertThat(images.imageStatus(spec(offered.id()))).isEmpty();
    images.removeImage(spec(registry.host() + "/team/a:1"));
  }

  @Test
  void ofThoseWhoRemoveOneImageAtATimeNoneFailsAndNoneIsTooEarly() throws Exception {
    registry.offer("team/contested", "1", image("contested"));
    for (int round = 0; round < 5; round++) {
      ImageSpec id = spec(pull(registry.host() + "/team/contested:1", NOBODY));
      try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Boolean>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          answers.add(
              callers.submit(() -> {
                images.removeImage(id);
                return images.imageStatus(id).isPresent();
              }));
        }
        for (Future<Boolean> stillThere : answers) {
          assertThat(stillThere.get()).isFalse();
        }
      }
    }
  }

  @Test
  void aMirrorStandsInForARegistryAndTheImageHasTheRegistrysName() throws Exception {
    String digest = registry.offer("mirrored/team/app", "1", image("mirrored"));
    images.close();
    images =
        new DockerImages(
            engine,
            new Mirrors(
                Map.of("registry.invalid", List.of("127.0.0.1:1", registry.host() + "/mirrored"))),
            Clock.systemUTC());
    String name = "registry.invalid/team/app";

    String id = pull(name + ":1", NOBODY);

    Image byTag = status(name + ":1");
    assertThat(byTag.getId()).isEqualTo(id);
    assertThat(byTag.getRepoTagsList()).containsExactly(name + ":1");
    assertThat(byTag.getRepoDigestsList()).containsExactly(name + "@" + digest);
    assertThat(images.listImages()).contains(byTag);
    assertThat(status(name + "@" + digest)).isEqualTo(byTag);

    images.removeImage(spec(name + ":1"));
    assertThat(images.imageStatus(spec(id))).isEmpty();

    assertThat(pull(name + "@" + digest, NOBODY)).isEqualTo(id);
    assertThat(status(id).getRepoTagsList()).isEmpty();
    assertThat(status(id).getRepoDigestsList()).containsExactly(name + "@" + digest);
  }

  @Test
  void anImageOfTheMirrorsOwnKeepsItsOwnNameBesideTheMirroredOne() throws Exception {
    String digest = registry.offer("team/both", "1", image("both"));
    images.close();
    images =
        new DockerImages(
            engine,
            new Mirrors(Map.of("registry.invalid", List.of(registry.host()))),
            Clock.systemUTC());
    String own = registry.host() + "/team/both";
    String mirrored = "registry.invalid/team/both";

    pull(own + ":1", NOBODY);
    assertThat(status(own + ":1").getRepoDigestsList()).containsExactly(own + "@" + digest);
    assertThat(images.imageStatus(spec(mirrored + "@" + digest))).isEmpty();

    pull(mirrored + ":1", NOBODY);
    assertThat(status(own + ":1").getRepoTagsList())
        .containsExactlyInAnyOrder(own + ":1", mirrored + ":1");
    assertThat(status(own + ":1").getRepoDigestsList())
        .containsExactlyInAnyOrder(own + "@" + digest, mirrored + "@" + digest);
  }

  @Test
  void whenNoMirrorServesTheRegistryItselfIsAsked() throws Exception {
    registry.offer("team/app", "1", image("direct"));
    images.close();
    images =
        new DockerImages(
            engine,
            new Mirrors(Map.of(registry.host(), List.of("127.0.0.1:1"))),
            Clock.systemUTC());

    assertThat(pull(registry.host() + "/team/app:1", NOBODY)).startsWith("sha256:");
    assertThat(pullFails(registry.host() + "/team/none:1", NOBODY))
        .hasMessageContaining("check its name and tag")
        .hasMessageContaining("before that its mirror 127.0.0.1:1: RegistryUnavailable");
  }

  @Test
  void thePauseImageIsPinned() throws Exception {
    PauseImage.ensure(engine);

    assertThat(status(PauseImage.NAME).getPinned()).isTrue();
  }

  @Test
  void whatImagesTakeOnDiskIsCounted() throws Exception {
    PauseImage.ensure(engine);

    FilesystemUsage usage =
        await().until(() -> images.imageFsInfo().getImageFilesystems(0), u -> u.hasUsedBytes());

    assertThat(usage.getUsedBytes().getValue()).isPositive();
    assertThat(usage.getInodesUsed().getValue()).isPositive();
    assertThat(usage.getFsId().getMountpoint()).isNotEmpty();
  }
}
