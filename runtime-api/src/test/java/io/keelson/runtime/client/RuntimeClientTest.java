package io.keelson.runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Message;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerEventResponse;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusResponse;
import io.keelson.runtime.v1.ListContainersResponse;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import io.keelson.runtime.v1.PortForwardRequest;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RestorePodRequest;
import io.keelson.runtime.v1.RuntimeConfig;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.StreamContainersResponse;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import io.keelson.runtime.v1.VersionResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RuntimeClientTest {
  private static final ScriptedPeer.Answer UNAVAILABLE =
      o -> o.onError(Status.UNAVAILABLE.withDescription("busy").asRuntimeException());

  private final ScriptedPeer peer = new ScriptedPeer();
  private final FakeTime time = new FakeTime();
  private Server server;
  private ManagedChannel channel;
  private RuntimeClient client;

  @BeforeEach
  void startPeer() throws IOException {
    String name = InProcessServerBuilder.generateName();
    InProcessServerBuilder builder = InProcessServerBuilder.forName(name);
    peer.services().forEach(builder::addService);
    server = builder.build().start();
    channel = InProcessChannelBuilder.forName(name).build();
    client = RuntimeClient.create(channel, "unix:///run/peer.sock", time, () -> {});
  }

  @AfterEach
  void stopPeer() {
    channel.shutdownNow();
    server.shutdownNow();
  }

  @Test
  void everyRpcOfTheProtocolCanBeCalled() throws InterruptedException {
    client.version();
    client.status();
    client.statusVerbose();
    client.runtimeConfig();
    client.updateRuntimeConfig(RuntimeConfig.getDefaultInstance());
    client.runPodSandbox(PodSandboxConfig.getDefaultInstance(), "");
    client.stopPodSandbox("p");
    client.removePodSandbox("p");
    client.podSandboxStatus("p");
    client.podSandboxStatusVerbose("p");
    client.listPodSandboxes(PodSandboxFilter.getDefaultInstance());
    client.streamPodSandboxes(PodSandboxFilter.getDefaultInstance());
    client.updatePodSandboxResources(UpdatePodSandboxResourcesRequest.getDefaultInstance());
    client.createContainer(
        "p", ContainerConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
    client.startContainer("c");
    client.stopContainer("c", Duration.ZERO);
    client.removeContainer("c");
    client.containerStatus("c");
    client.containerStatusVerbose("c");
    client.listContainers(ContainerFilter.getDefaultInstance());
    client.streamContainers(ContainerFilter.getDefaultInstance());
    client.updateContainerResources(UpdateContainerResourcesRequest.getDefaultInstance());
    client.reopenContainerLog("c");
    client.execSync("c", List.of("true"), Duration.ZERO);
    client.exec(ExecRequest.getDefaultInstance());
    client.attach(AttachRequest.getDefaultInstance());
    client.portForward(PortForwardRequest.getDefaultInstance());
    client.checkpointContainer("c", "/c.tar", Duration.ZERO);
    client.checkpointPod(CheckpointPodRequest.getDefaultInstance());
    client.restorePod(RestorePodRequest.getDefaultInstance());
    client.stats().containerStats("c");
    client.stats().listContainerStats(ContainerStatsFilter.getDefaultInstance());
    client.stats().streamContainerStats(ContainerStatsFilter.getDefaultInstance());
    client.stats().podSandboxStats("p");
    client.stats().listPodSandboxStats(PodSandboxStatsFilter.getDefaultInstance());
    client.stats().streamPodSandboxStats(PodSandboxStatsFilter.getDefaultInstance());
    client.stats().listMetricDescriptors();
    client.stats().listPodSandboxMetrics();
    client.stats().streamPodSandboxMetrics();
    try (ContainerEvents events = client.getContainerEvents()) {
      events.next();
    }
    client.listImages(ImageFilter.getDefaultInstance());
    client.streamImages(ImageFilter.getDefaultInstance());
    client.imageStatus(ImageSpec.getDefaultInstance());
    client.imageStatusVerbose(ImageSpec.getDefaultInstance());
    client.pullImage(
        ImageSpec.getDefaultInstance(),
        AuthConfig.getDefaultInstance(),
        PodSandboxConfig.getDefaultInstance());
    client.removeImage(ImageSpec.getDefaultInstance());
    client.imageFsInfo();
    assertThat(peer.calledMethods())
        .containsAll(
            Stream.of(
                    RuntimeServiceGrpc.getServiceDescriptor(),
                    ImageServiceGrpc.getServiceDescriptor())
                .flatMap(service -> service.getMethods().stream())
                .map(MethodDescriptor::getBareMethodName)
                .toList());
  }

  @Test
  void fractionsOfSecondsAreRoundedUpAndAbsentPartsStayAbsent() throws InterruptedException {
    client.stopContainer("c", Duration.ofMillis(1_001));
    client.execSync("c", List.of("a", "b"), Duration.ofNanos(1));
    client.pullImage(
        ImageSpec.newBuilder().setImage("i").build(),
        AuthConfig.getDefaultInstance(),
        PodSandboxConfig.getDefaultInstance());
    assertThat(requests())
        .containsExactly(
            StopContainerRequest.newBuilder().setContainerId("c").setTimeout(2).build(),
            ExecSyncRequest.newBuilder()
                .setContainerId("c")
                .addCmd("a")
                .addCmd("b")
                .setTimeout(1)
                .build(),
            PullImageRequest.newBuilder().setImage(ImageSpec.newBuilder().setImage("i")).build());
  }

  @Test
  void deadlinesAreKubeletsUnlessTheCallerSetsOne() throws InterruptedException {
    client.version();
    client.runPodSandbox(PodSandboxConfig.getDefaultInstance(), "");
    client.stopContainer("c", Duration.ofSeconds(30));
    client.execSync("c", List.of("true"), Duration.ofSeconds(10));
    client.execSync("c", List.of("true"), Duration.ZERO);
    client.pullImage(
        ImageSpec.getDefaultInstance(),
        AuthConfig.getDefaultInstance(),
        PodSandboxConfig.getDefaultInstance());
    RuntimeClient hasty = client.withDeadline(Duration.ofSeconds(7));
    hasty.stopContainer("c", Duration.ofSeconds(30));
    hasty.close();
    assertThat(client.version()).isNotNull();
    assertThat(peer.calls.stream().map(call -> secondsLeft(call.deadline())))
        .containsExactly(120L, 240L, 150L, 130L, -1L, -1L, 7L, 120L);
  }

  @Test
  void aDeadlineThatPassesIsAFailureOfThatCode() {
    peer.answer("StartContainer", o -> {});
    assertFailure(
            () -> client.withDeadline(Duration.ofMillis(50)).startContainer("c"),
            Status.Code.DEADLINE_EXCEEDED)
        .withMessageContaining("StartContainer at unix:///run/peer.sock");
  }

  @Test
  void aFailureHasThePeersCodeAndNamesCallEndpointAndThePeersMessage() {
    peer.answer(
        "ContainerStatus",
        o -> o.onError(Status.NOT_FOUND.withDescription("no container c").asException()));
    assertFailure(() -> client.containerStatus("c"), Status.Code.NOT_FOUND)
        .withMessage("ContainerStatus at unix:///run/peer.sock: no container c");
  }

  @Test
  void readsAreRepeatedWithGrowingPausesWhileThePeerIsUnavailable() throws InterruptedException {
    peer.answer("Version", UNAVAILABLE, UNAVAILABLE, reply(version("v")));
    assertThat(client.version().getRuntimeName()).isEqualTo("v");
    assertThat(time.pauses).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200));
  }

  @Test
  void repetitionEndsAfterTheFourthAttempt() {
    peer.answer("Version", UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    assertFailure(() -> client.version(), Status.Code.UNAVAILABLE).withMessageContaining("busy");
    assertThat(peer.calls).hasSize(4);
  }

  @Test
  void whatChangesSomethingOrFailsOtherwiseIsNotRepeated() {
    peer.answer("StopPodSandbox", UNAVAILABLE);
    peer.answer("Version", o -> o.onError(Status.INTERNAL.asException()));
    assertFailure(() -> client.stopPodSandbox("p"), Status.Code.UNAVAILABLE);
    assertFailure(() -> client.version(), Status.Code.INTERNAL);
    assertThat(peer.calledMethods()).containsExactly("StopPodSandbox", "Version");
  }

  @Test
  void aStreamingListIsCollectedFromAllItsMessages() throws InterruptedException {
    peer.answer("StreamContainers", reply(batch("a", "b"), batch("c")));
    assertThat(ids(client.streamContainers(ContainerFilter.getDefaultInstance())))
        .containsExactly("a", "b", "c");
  }

  @Test
  void aPeerWithoutAStreamingListIsAskedForItOnceByAllViews() throws InterruptedException {
    peer.answer(
        "StreamContainers", o -> o.onError(Status.UNIMPLEMENTED.asException()), reply(batch("x")));
    peer.answer("ListContainers", reply(listOf("a")), reply(listOf("b")));
    ContainerFilter all = ContainerFilter.getDefaultInstance();
    assertThat(ids(client.streamContainers(all))).containsExactly("a");
    assertThat(ids(client.withDeadline(Duration.ofSeconds(9)).streamContainers(all)))
        .containsExactly("b");
    assertThat(peer.calledMethods())
        .containsExactly("StreamContainers", "ListContainers", "ListContainers");
  }

  @Test
  void aStreamThatBreaksIsReadAgainFromItsBeginning() throws InterruptedException {
    peer.answer(
        "StreamContainers",
        o -> {
          o.onNext(batch("a"));
          UNAVAILABLE.give(o);
        },
        reply(batch("a", "b")));
    assertThat(ids(client.streamContainers(ContainerFilter.getDefaultInstance())))
        .containsExactly("a", "b");
  }

  @Test
  void anImageThatIsNotThereIsEmpty() throws InterruptedException {
    peer.answer(
        "ImageStatus",
        reply(ImageStatusResponse.getDefaultInstance()),
        reply(ImageStatusResponse.newBuilder().setImage(Image.newBuilder().setId("i")).build()));
    assertThat(client.imageStatus(ImageSpec.getDefaultInstance())).isEmpty();
    assertThat(client.imageStatus(ImageSpec.getDefaultInstance()).map(Image::getId)).contains("i");
  }

  @Test
  void anInterruptCancelsAUnaryCall() throws InterruptedException {
    assertInterruptCancels("StartContainer", () -> client.startContainer("c"));
  }

  @Test
  void anInterruptCancelsAStreamingList() throws InterruptedException {
    assertInterruptCancels(
        "StreamContainers", () -> client.streamContainers(ContainerFilter.getDefaultInstance()));
  }

  @Test
  void anInterruptEndsAWaitForEventsAndClosingCancelsTheSubscription() throws Exception {
    assertInterruptCancels(
        "GetContainerEvents",
        () -> {
          try (ContainerEvents events = client.getContainerEvents()) {
            events.next();
          }
        });
  }

  @Test
  void eventsComeOneByOneUntilThePeerEndsTheStream() throws InterruptedException {
    peer.answer("GetContainerEvents", reply(event("a"), event("b")));
    try (ContainerEvents events = client.getContainerEvents()) {
      assertThat(events.next()).contains(event("a"));
      assertThat(events.next()).contains(event("b"));
      assertThat(events.next()).isEmpty();
    }
  }

  @Test
  void closingEventsEndsAWaitInAnotherThread() throws Exception {
    CountDownLatch subscribed = new CountDownLatch(1);
    peer.answer("GetContainerEvents", o -> subscribed.countDown());
    ContainerEvents events = client.getContainerEvents();
    Thread closer =
        Thread.ofVirtual()
            .start(() -> {
              awaitUnchecked(subscribed);
              events.close();
            });
    assertThat(events.next()).isEmpty();
    closer.join();
  }

  @Test
  void aPeerWithoutEventsSaysSoAtTheFirstRead() {
    peer.answer("GetContainerEvents", o -> o.onError(Status.UNIMPLEMENTED.asException()));
    ContainerEvents events = client.getContainerEvents();
    assertFailure(events::next, Status.Code.UNIMPLEMENTED)
        .withMessageContaining("GetContainerEvents at unix:///run/peer.sock");
  }

  @Test
  void awaitingReadinessLastsUntilThePeerAnswers() throws InterruptedException {
    for (int i = 0; i < 20; i++) {
      peer.answer("Version", UNAVAILABLE);
    }
    peer.answer("Version", reply(version("up")));
    assertThat(client.awaitReady(Duration.ofSeconds(5)).getRuntimeName()).isEqualTo("up");
  }

  @Test
  void awaitingReadinessEndsAtItsLimitWithTheLastFailure() {
    for (int i = 0; i < 100; i++) {
      peer.answer("Version", UNAVAILABLE);
    }
    assertFailure(() -> client.awaitReady(Duration.ofSeconds(5)), Status.Code.UNAVAILABLE)
        .withMessageContaining("5000 ms")
        .withMessageContaining("busy");
    assertThat(time.now).isEqualTo(Duration.ofSeconds(5).toNanos());
  }

  private void assertInterruptCancels(String method, Blocking call) throws InterruptedException {
    CountDownLatch cancelled = new CountDownLatch(1);
    Thread caller = Thread.currentThread();
    peer.answer(
        method,
        o -> {
          o.setOnCancelHandler(cancelled::countDown);
          caller.interrupt();
        });
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(call::run);
    assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private static ThrowableAssertAlternative<CriException> assertFailure(
      Blocking call, Status.Code code) {
    return assertThatExceptionOfType(CriException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).isEqualTo(code));
  }

  private List<Message> requests() {
    return peer.calls.stream().map(ScriptedPeer.Call::request).toList();
  }

  private static long secondsLeft(@Nullable Deadline deadline) {
    return deadline == null
        ? -1
        : Math.round(deadline.timeRemaining(TimeUnit.MILLISECONDS) / 1000.0);
  }

  private static ScriptedPeer.Answer reply(Message... messages) {
    return o -> {
      List.of(messages).forEach(o::onNext);
      o.onCompleted();
    };
  }

  private static VersionResponse version(String name) {
    return VersionResponse.newBuilder().setRuntimeName(name).build();
  }

  private static StreamContainersResponse batch(String... ids) {
    StreamContainersResponse.Builder batch = StreamContainersResponse.newBuilder();
    Stream.of(ids).forEach(id -> batch.addContainers(Container.newBuilder().setId(id)));
    return batch.build();
  }

  private static ListContainersResponse listOf(String id) {
    return ListContainersResponse.newBuilder()
        .addContainers(Container.newBuilder().setId(id))
        .build();
  }

  private static ContainerEventResponse event(String id) {
    return ContainerEventResponse.newBuilder().setContainerId(id).build();
  }

  private static List<String> ids(List<Container> containers) {
    return containers.stream().map(Container::getId).toList();
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A call. */
  private interface Blocking {
    void run() throws InterruptedException;
  }

  /** Time that passes only while someone pauses. */
  private static final class FakeTime implements Waiter {
    final List<Duration> pauses = new ArrayList<>();
    long now;

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public void pause(Duration duration) {
      pauses.add(duration);
      now += duration.toNanos();
    }
  }
}
