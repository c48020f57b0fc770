package io.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.image.TestImage;
import io.keelson.conformance.registry.ImageRegistry;
import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.ImageServiceGrpc.ImageServiceBlockingStub;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a run goes about its work, on a runtime of which nothing else is expected. */
final class SuiteTest {
  private final FakeBackend backend = new FakeBackend(Clock.systemUTC());
  private final EventLoops loops = EventLoops.create(1);
  private final RuntimeServer server;
  private final ManagedChannel channel;
  private final RuntimeServiceBlockingStub runtime;
  private final ImageServiceBlockingStub images;
  private final Path folder;

  SuiteTest(@TempDir Path folder) throws IOException {
    this.folder = folder;
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock").toAbsolutePath());
    server = RuntimeServer.builder().listen(endpoint).backend(backend).build();
    channel = loops.channel(endpoint, null);
    runtime = RuntimeServiceGrpc.newBlockingStub(channel);
    images = ImageServiceGrpc.newBlockingStub(channel);
  }

  @BeforeEach
  void start() throws IOException, InterruptedException {
    server.start();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    loops.close();
    server.close();
  }

  private SuiteSettings.Builder settings() {
    return SuiteSettings.in(folder).runtimeHandler("fake");
  }

  private List<TestOutcome> run(SuiteSettings settings) throws IOException, InterruptedException {
    return new Suite(settings).run(channel, channel, _ -> {});
  }

  private String pod(String run) {
    PodSandboxMetadata metadata =
        PodSandboxMetadata.newBuilder()
            .setName("pod")
            .setUid(UUID.randomUUID().toString())
            .setNamespace("x")
            .build();
    return runtime
        .runPodSandbox(
            RunPodSandboxRequest.newBuilder()
                .setConfig(
                    PodSandboxConfig.newBuilder()
                        .setMetadata(metadata)
                        .putLabels(RuntimeUnderTest.RUN_LABEL, run))
                .build())
        .getPodSandboxId();
  }

  private Stream<String> pods() {
    return runtime
        .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
        .getItemsList()
        .stream()
        .map(pod -> pod.getId());
  }

  private void pull(String image) {
    images.pullImage(
        PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage(image)).build());
  }

  private Stream<String> imageNames() {
    return images.listImages(ListImagesRequest.getDefaultInstance()).getImagesList().stream()
        .flatMap(image -> image.getRepoTagsList().stream());
  }

  @Test
  void whatAKilledRunLeftIsRemovedAndNothingOfARunThatGoesOnBeside() throws Exception {
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    String label = ended.pid() + "-1-abcdef";
    pod(label);
    Path files = Files.createDirectory(folder.resolve("keelson-conformance-" + label));
    Files.createFile(files.resolve("main.log"));
    pull("127.0.0.1:1/open/keelson-conformance/program:1");
    try (ImageRegistry beside = ImageRegistry.serve(List.of())) {
      String imageBeside = beside.nameOf(TestImage.program());
      List<String> pods = List.of(pod(RunLabel.ofNewRun()), pod("a label of somebody else"));
      pull(imageBeside);
      pull("127.0.0.1:1/somebody/image:1");

      run(settings().name("VersionAndStatus").build());

      assertThat(files).doesNotExist();
      assertThat(pods()).containsExactlyInAnyOrderElementsOf(pods);
      assertThat(imageNames())
          .containsExactlyInAnyOrder(imageBeside, "127.0.0.1:1/somebody/image:1");
    }
  }

  @Test
  void imagesFromElsewhereAreUsedAndOnlyThoseThatTheRunPulledAreRemoved() throws Exception {
    String loaded = TestImage.withUserId().nameAt("registry.example/test");
    pull(loaded);

    List<TestOutcome> outcomes =
        run(
            settings()
                .imagePrefix("registry.example/test")
                .profiles(EnumSet.of(Profile.IMAGES, Profile.IDEMPOTENCE))
                .build());

    assertThat(outcomes).noneMatch(outcome -> outcome.verdict() == Verdict.FAILED);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.name().equals("anImageThatNoRegistryHasIsNotPulled"))
        .singleElement()
        .satisfies(outcome ->
            assertThat(outcome.reason()).contains("the runtime has its images from elsewhere"));
    assertThat(imageNames()).containsExactly(loaded);
  }

  @Test
  void testsAtATimeDisturbEachOtherNowhere() throws Exception {
    Set<Profile> profiles = EnumSet.of(Profile.CORE, Profile.IMAGES, Profile.IDEMPOTENCE);

    List<TestOutcome> outcomes =
        run(settings().profiles(profiles).parallelism(8).repeat(2).build());

    assertThat(outcomes)
        .filteredOn(outcome -> outcome.verdict() == Verdict.FAILED)
        .extracting(outcome -> outcome.fullName() + ": " + outcome.reason())
        .isEmpty();
    assertThat(outcomes)
        .hasSize(2 * new Suite(settings().profiles(profiles).build()).names().size());
  }

  @Test
  void aBenchmarkIsRunWhenItIsNamedAndMakesItsCalls() throws Exception {
    assertThat(new Suite(settings().build()).names()).noneMatch(name -> name.startsWith("bench"));

    List<TestOutcome> outcomes = run(settings().profiles(EnumSet.of(Profile.BENCHMARK)).build());

    assertThat(outcomes).hasSize(5).allMatch(outcome -> outcome.verdict() == Verdict.PASSED);
    assertThat(outcomes)
        .filteredOn(outcome -> outcome.name().startsWith("lists"))
        .flatExtracting(TestOutcome::exchanges)
        .filteredOn(call -> call.method().endsWith("/ListContainers"))
        .hasSize(40);
  }
}
