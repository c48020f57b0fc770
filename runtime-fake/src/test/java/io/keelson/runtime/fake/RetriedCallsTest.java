package io.keelson.runtime.fake;

import static io.keelson.runtime.fake.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.CreateContainerResponse;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageServiceGrpc;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.PullImageResponse;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RunPodSandboxResponse;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceFutureStub;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that are cancelled, run out of time or are made again while the first one still runs. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class RetriedCallsTest {
  @TempDir private Path folder;
  private final HookedBackend backend = new HookedBackend();
  private final AtomicInteger begun = new AtomicInteger();
  private final AtomicInteger interrupted = new AtomicInteger();
  private final CountDownLatch gate = new CountDownLatch(1);
  private ServedBackends served;
  private RuntimeClient client;
  private RuntimeServiceFutureStub async;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, backend);
    client = served.client();
    async = RuntimeServiceGrpc.newFutureStub(served.channel());
  }

  @AfterEach
  void close() {
    gate.countDown();
    served.close();
  }

  /** Makes each {@code call} wait for the gate. */
  private void hold(String held) {
    backend.hook((call, object) -> {
      if (call.equals(held)) {
        begun.incrementAndGet();
        try {
          gate.await();
        } catch (InterruptedException e) {
          interrupted.incrementAndGet();
          throw e;
        }
      }
    });
  }

  private void awaitBegun() {
    await().until(() -> begun.get() == 1);
  }

  private void awaitInterrupted() {
    await().until(() -> interrupted.get() == 1);
  }

  /** Calls sent earlier on the connection have reached the server once later ones are answered. */
  private void awaitArrivalOfEarlierCalls() throws InterruptedException {
    for (int i = 0; i < 5; i++) {
      client.listImages(ImageFilter.getDefaultInstance());
    }
  }

  private Future<RunPodSandboxResponse> run(PodSandboxConfig config) {
    return async.runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(config).build());
  }

  @Test
  void aRetriedRunPodSandboxJoinsTheFirst() throws Exception {
    hold("runPodSandbox");
    Future<RunPodSandboxResponse> first = run(Requests.pod("a"));
    awaitBegun();
    Future<RunPodSandboxResponse> second = run(Requests.pod("a"));
    awaitArrivalOfEarlierCalls();

    gate.countDown();

    assertThat(second.get()).isEqualTo(first.get());
    assertThat(begun).hasValue(1);
  }

  @Test
  void theWorkOutlivesACallerAsLongAsAnotherWaits() throws Exception {
    hold("runPodSandbox");
    Future<RunPodSandboxResponse> first = run(Requests.pod("a"));
    awaitBegun();
    Future<RunPodSandboxResponse> second = run(Requests.pod("a"));
    awaitArrivalOfEarlierCalls();
    first.cancel(true);
    awaitArrivalOfEarlierCalls();

    gate.countDown();

    assertThat(client.podSandboxStatus(second.get().getPodSandboxId()).getMetadata().getName())
        .isEqualTo("a");
    assertThat(begun).hasValue(1);
    assertThat(interrupted).hasValue(0);
  }

  @Test
  void whenNobodyWaitsAnyMoreTheWorkIsInterruptedAndARetryBeginsAfresh() throws Exception {
    hold("runPodSandbox");
    assertFails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> client.withDeadline(Duration.ofMillis(300)).runPodSandbox(Requests.pod("a"), ""));
    awaitInterrupted();
    assertThat(client.listPodSandboxes(PodSandboxFilter.getDefaultInstance())).isEmpty();

    gate.countDown();

    assertThat(client.runPodSandbox(Requests.pod("a"), "")).isNotEmpty();
    assertThat(begun).hasValue(2);
  }

  @Test
  void aPodThatExistsIsNotMadeAgain() throws Exception {
    String id = client.runPodSandbox(Requests.pod("a"), "");

    assertFails(Status.Code.ALREADY_EXISTS, () -> client.runPodSandbox(Requests.pod("a"), ""))
        .contains("default/a")
        .contains(id)
        .contains("raise the attempt");
    PodSandboxConfig.Builder next = Requests.pod("a").toBuilder();
    next.getMetadataBuilder().setAttempt(1);
    assertThat(client.runPodSandbox(next.build(), "")).isNotEqualTo(id);
  }

  @Test
  void anotherRequestForThePodUnderWayIsRefused() throws Exception {
    hold("runPodSandbox");
    Future<RunPodSandboxResponse> first = run(Requests.pod("a"));
    awaitBegun();
    PodSandboxConfig other = Requests.pod("a").toBuilder().setHostname("other").build();

    assertFails(Status.Code.ABORTED, () -> client.runPodSandbox(other, ""))
        .contains("RunPodSandbox of pod default/a")
        .contains("is under way with another request");
    gate.countDown();
    assertThat(first.get().getPodSandboxId()).isNotEmpty();
  }

  @Test
  void aRetriedCreateContainerJoinsTheFirst() throws Exception {
    client.pullImage(
        Requests.IMAGE, AuthConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    hold("createContainer");
    CreateContainerRequest request =
        CreateContainerRequest.newBuilder()
            .setPodSandboxId(pod)
            .setConfig(Requests.container("c"))
            .build();
    Future<CreateContainerResponse> first = async.createContainer(request);
    awaitBegun();
    Future<CreateContainerResponse> second = async.createContainer(request);
    awaitArrivalOfEarlierCalls();

    gate.countDown();

    assertThat(second.get()).isEqualTo(first.get());
    assertThat(begun).hasValue(1);
    assertFails(
            Status.Code.ALREADY_EXISTS,
            () -> client.createContainer(pod, Requests.container("c"), Requests.pod("a")))
        .contains(first.get().getContainerId());
  }

  @Test
  void podsThatPullTheSameImageAtOnceShareThePull() throws Exception {
    hold("pullImage");
    List<Future<PullImageResponse>> pulls = new ArrayList<>();
    for (String pod : List.of("a", "b", "c")) {
      pulls.add(
          ImageServiceGrpc.newFutureStub(served.channel())
              .pullImage(
                  PullImageRequest.newBuilder()
                      .setImage(Requests.IMAGE)
                      .setSandboxConfig(Requests.pod(pod))
                      .build()));
    }
    awaitBegun();
    awaitArrivalOfEarlierCalls();

    gate.countDown();

    for (Future<PullImageResponse> pull : pulls) {
      assertThat(pull.get().getImageRef()).startsWith("sha256:");
    }
    assertThat(begun).hasValue(1);
  }

  @Test
  void cancellingACallInterruptsTheBackend() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    hold("stopPodSandbox");
    Future<?> stop =
        async.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());
    awaitBegun();

    stop.cancel(true);

    awaitInterrupted();
  }

  @Test
  void aDeadlineInterruptsTheBackend() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    hold("podSandboxStatus");

    assertFails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> client.withDeadline(Duration.ofMillis(200)).podSandboxStatus(pod));

    awaitInterrupted();
  }

  @Test
  void aCallThatWaitsForThePodsLockCanBeCancelled() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    hold("stopPodSandbox");
    Future<?> stop =
        async.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(pod).build());
    awaitBegun();

    assertFails(
        Status.Code.DEADLINE_EXCEEDED,
        () -> client.withDeadline(Duration.ofMillis(200)).removePodSandbox(pod));
    gate.countDown();
    stop.get();

    client.removePodSandbox(pod);
  }
}
