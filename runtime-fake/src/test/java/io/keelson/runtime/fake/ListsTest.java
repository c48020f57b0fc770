package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.StreamContainersRequest;
import io.keelson.runtime.v1.StreamContainersResponse;
import io.keelson.runtime.v1.StreamImagesRequest;
import io.keelson.runtime.v1.StreamImagesResponse;
import io.keelson.runtime.v1.StreamPodSandboxesRequest;
import io.keelson.runtime.v1.StreamPodSandboxesResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Long lists and large messages. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class ListsTest {
  private static final int MIB = 1024 * 1024;
  private static final int PODS = 10_000;

  @TempDir private Path folder;
  private final FakeBackend backend = new FakeBackend(Clock.systemUTC());
  private ServedBackends served;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, backend);
  }

  @AfterEach
  void close() {
    served.close();
  }

  private Set<String> runPods(int count, int annotationLength) throws InterruptedException {
    String annotation = "x".repeat(annotationLength);
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < count; i++) {
      PodSandboxConfig config =
          Requests.pod("pod-" + i).toBuilder().putAnnotations("note", annotation).build();
      ids.add(backend.podSandboxes().runPodSandbox(config, "fake"));
    }
    return ids;
  }

  @Test
  void streamedListsComeInBatchesBoundedByItems() throws Exception {
    Set<String> pods = runPods(PODS, 10);
    List<StreamPodSandboxesResponse> batches = new ArrayList<>();

    served
        .runtime()
        .streamPodSandboxes(StreamPodSandboxesRequest.getDefaultInstance())
        .forEachRemaining(batches::add);

    assertThat(batches).allMatch(batch -> batch.getPodSandboxesCount() <= 1000);
    List<String> listed = new ArrayList<>();
    for (StreamPodSandboxesResponse batch : batches) {
      batch.getPodSandboxesList().forEach(pod -> listed.add(pod.getId()));
    }
    assertThat(listed).hasSize(PODS).containsExactlyInAnyOrderElementsOf(pods);
  }

  @Test
  void streamedListsComeInBatchesBoundedByBytesAtTheReadersPace() throws Exception {
    Set<String> pods = runPods(PODS, 2_000);
    StepwiseReader reader = new StepwiseReader();
    RuntimeServiceGrpc.newStub(served.channel())
        .streamPodSandboxes(StreamPodSandboxesRequest.getDefaultInstance(), reader);

    while (!reader.end.isDone()) {
      reader.readOne();
    }

    assertThat(reader.batches)
        .hasSizeGreaterThan(20)
        .allMatch(batch -> batch.getSerializedSize() <= MIB + 4096);
    Set<String> listed = new HashSet<>();
    for (StreamPodSandboxesResponse batch : reader.batches) {
      for (PodSandbox pod : batch.getPodSandboxesList()) {
        assertThat(listed.add(pod.getId())).isTrue();
      }
    }
    assertThat(listed).isEqualTo(pods);
  }

  /** Takes one batch at a time. */
  private static final class StepwiseReader
      implements ClientResponseObserver<StreamPodSandboxesRequest, StreamPodSandboxesResponse> {
    private final Queue<StreamPodSandboxesResponse> batches = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Boolean> end = new CompletableFuture<>();
    private volatile CompletableFuture<Boolean> step = new CompletableFuture<>();
    private ClientCallStreamObserver<StreamPodSandboxesRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamPodSandboxesRequest> started) {
      call = started;
      call.disableAutoRequestWithInitial(0);
    }

    void readOne() throws Exception {
      step = new CompletableFuture<>();
      call.request(1);
      CompletableFuture.anyOf(step, end).get();
    }

    @Override
    public void onNext(StreamPodSandboxesResponse batch) {
      batches.add(batch);
      step.complete(true);
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      end.complete(true);
    }
  }

  @Test
  void anEmptyListIsAnEmptyStream() {
    assertThat(served.runtime().streamContainers(StreamContainersRequest.getDefaultInstance()))
        .toIterable()
        .flatExtracting(StreamContainersResponse::getContainersList)
        .isEmpty();
    assertThat(served.images().streamImages(StreamImagesRequest.getDefaultInstance()))
        .toIterable()
        .flatExtracting(StreamImagesResponse::getImagesList)
        .isEmpty();
  }

  @Test
  void aReplyTooLargeNamesTheStreamingCall() throws Exception {
    runPods(PODS, 2_000);

    assertThatThrownBy(
            () -> served.runtime().listPodSandbox(ListPodSandboxRequest.getDefaultInstance()))
        .hasMessageStartingWith("RESOURCE_EXHAUSTED")
        .hasMessageContaining("the limit is 16777216; call StreamPodSandboxes instead");
    assertThat(served.client().streamPodSandboxes(filterNothing())).hasSize(PODS);
  }

  private static PodSandboxFilter filterNothing() {
    return PodSandboxFilter.getDefaultInstance();
  }

  @Test
  void messagesUpTo16MiBPassBothWays() throws Exception {
    PodSandboxConfig large =
        Requests.pod("large").toBuilder().putAnnotations("note", "x".repeat(15 * MIB)).build();

    String id = served.client().runPodSandbox(large, "");

    assertThat(served.client().podSandboxStatus(id).getAnnotationsOrThrow("note"))
        .hasSize(15 * MIB);
  }

  @Test
  void largerRequestsAreRefused() {
    PodSandboxConfig huge =
        Requests.pod("huge").toBuilder().putAnnotations("note", "x".repeat(17 * MIB)).build();

    assertThatThrownBy(() ->
            served
                .runtime()
                .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(huge).build()))
        .hasMessageContaining("RESOURCE_EXHAUSTED");
  }
}
