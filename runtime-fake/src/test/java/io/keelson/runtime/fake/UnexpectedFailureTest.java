package io.keelson.runtime.fake;

import static io.keelson.runtime.fake.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.CheckpointContainerRequest;
import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.ListContainerStatsRequest;
import io.keelson.runtime.v1.ListMetricDescriptorsRequest;
import io.keelson.runtime.v1.PodSandboxStatsRequest;
import io.keelson.runtime.v1.PortForwardRequest;
import io.keelson.runtime.v1.ReopenContainerLogRequest;
import io.keelson.runtime.v1.RestorePodRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.keelson.runtime.v1.StreamPodSandboxStatsRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a backend cannot do, and what it should not have done. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class UnexpectedFailureTest {
  @TempDir private Path folder;
  private final HookedBackend backend = new HookedBackend();
  private ServedBackends served;
  private RuntimeClient client;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, backend);
    client = served.client();
  }

  @AfterEach
  void close() {
    served.close();
  }

  @Test
  void aBugInABackendIsInternalAndRefersToTheLog() {
    backend.hook((call, object) -> {
      throw new IllegalArgumentException("index 7 out of bounds");
    });

    assertFails(Status.Code.INTERNAL, () -> client.runPodSandbox(Requests.pod("a"), ""))
        .containsPattern(
            "RunPodSandbox failed unexpectedly \\(IllegalArgumentException\\); the daemon's log has"
                + " the details under reference [0-9a-f]{8}")
        .doesNotContain("index 7");
  }

  @Test
  void anErrorOfTheMachineIsInternalToo() {
    backend.hook((call, object) -> {
      throw new NoClassDefFoundError("io/keelson/Missing");
    });

    assertFails(Status.Code.INTERNAL, () -> client.status()).contains("NoClassDefFoundError");
    assertFails(Status.Code.INTERNAL, () -> client.runPodSandbox(Requests.pod("a"), ""));
  }

  static Stream<Arguments> missingParts() {
    return Stream.of(
        missing(
            "ListContainerStats",
            s -> s.listContainerStats(ListContainerStatsRequest.getDefaultInstance())),
        missing(
            "ListPodSandboxStats",
            s ->
                s.streamPodSandboxStats(StreamPodSandboxStatsRequest.getDefaultInstance())
                    .hasNext()),
        missing(
            "ListMetricDescriptors",
            s -> s.listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance())));
  }

  private static Arguments missing(String name, Function<RuntimeServiceBlockingStub, Object> call) {
    return Arguments.of(name, call);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("missingParts")
  void whatIsNotThereIsRefusedByName(String name, Function<RuntimeServiceBlockingStub, ?> call) {
    assertThatThrownBy(() -> call.apply(served.runtime()))
        .hasMessageStartingWith("UNIMPLEMENTED: " + name + " is not supported");
  }

  @Test
  void optionalPartsOfOneBackendAreRefusedByNameOfCallAndBackend() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");

    assertThatThrownBy(() ->
            served
                .runtime()
                .podSandboxStats(PodSandboxStatsRequest.newBuilder().setPodSandboxId(pod).build()))
        .hasMessage("UNIMPLEMENTED: PodSandboxStats is not supported by the fake backend");
    assertThatThrownBy(() ->
            served
                .runtime()
                .updatePodSandboxResources(
                    UpdatePodSandboxResourcesRequest.newBuilder().setPodSandboxId(pod).build()))
        .hasMessageContaining("UpdatePodSandboxResources is not supported by the fake backend");
    assertThatThrownBy(() ->
            served
                .runtime()
                .portForward(PortForwardRequest.newBuilder().setPodSandboxId(pod).build()))
        .hasMessage("UNIMPLEMENTED: PortForward is not supported by the fake backend");
    assertThatThrownBy(() ->
            served
                .runtime()
                .reopenContainerLog(
                    ReopenContainerLogRequest.newBuilder().setContainerId("nowhere").build()))
        .hasMessageStartingWith("NOT_FOUND");
    assertThatThrownBy(() ->
            served
                .runtime()
                .checkpointContainer(
                    CheckpointContainerRequest.newBuilder()
                        .setContainerId("nowhere")
                        .setLocation("/archive.tar")
                        .build()))
        .hasMessageStartingWith("NOT_FOUND");
    assertThatThrownBy(() ->
            served
                .runtime()
                .checkpointPod(
                    CheckpointPodRequest.newBuilder()
                        .setPodSandboxId(pod)
                        .setOutputPath("/folder")
                        .addContainerIds("any")
                        .build()))
        .hasMessage("UNIMPLEMENTED: CheckpointPod is not supported by the fake backend");
    assertThatThrownBy(() ->
            served
                .runtime()
                .restorePod(
                    RestorePodRequest.newBuilder()
                        .setCheckpointPath("/folder")
                        .setConfig(Requests.pod("b"))
                        .addContainerConfigs(Requests.container("main"))
                        .build()))
        .hasMessage("UNIMPLEMENTED: RestorePod is not supported by the fake backend");
    assertThat(client.podSandboxStatus(pod).getId()).isEqualTo(pod);
  }
}
