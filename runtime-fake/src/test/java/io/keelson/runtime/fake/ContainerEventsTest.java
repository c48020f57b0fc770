package io.keelson.runtime.fake;

import static io.keelson.runtime.fake.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.keelson.runtime.client.ContainerEvents;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ContainerEventResponse;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.GetEventsRequest;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class ContainerEventsTest {
  private static final String PROBE = "probe";

  @TempDir private Path folder;
  private final HookedBackend backend = new HookedBackend();
  private ServedBackends served;
  private RuntimeClient client;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, backend);
    client = served.client();
    client.pullImage(
        Requests.IMAGE, AuthConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
  }

  @AfterEach
  void close() {
    served.close();
  }

  /** Subscribes, and returns once events arrive. */
  private ContainerEvents subscribe() throws Exception {
    ContainerEvents events = client.getContainerEvents();
    CompletableFuture<Void> first = new CompletableFuture<>();
    Thread.startVirtualThread(() -> {
      try {
        events.next();
        first.complete(null);
      } catch (InterruptedException | RuntimeException e) {
        first.completeExceptionally(e);
      }
    });
    await()
        .until(() -> {
          publish(PROBE, 0);
          return first.isDone();
        });
    first.get();
    return events;
  }

  private void publish(String container, long at) {
    backend.events().publish(container, "no-pod", ContainerEventType.CONTAINER_CREATED_EVENT, at);
  }

  private static ContainerEventResponse next(ContainerEvents events) throws InterruptedException {
    ContainerEventResponse event = events.next().orElseThrow();
    while (event.getContainerId().equals(PROBE)) {
      event = events.next().orElseThrow();
    }
    return event;
  }

  @Test
  void everyReaderSeesTheLifeOfAPodInOrder() throws Exception {
    try (ContainerEvents one = subscribe();
        ContainerEvents two = subscribe()) {
      String pod = client.runPodSandbox(Requests.pod("a"), "");
      String container = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));
      client.startContainer(container);
      client.stopContainer(container, Duration.ofSeconds(1));
      client.removePodSandbox(pod);

      for (ContainerEvents reader : List.of(one, two)) {
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          ContainerEventResponse event = next(reader);
          String subject = event.getContainerId().equals(pod) ? "pod " : "container ";
          seen.add(subject + event.getContainerEventType());
        }
        assertThat(seen)
            .containsExactly(
                "pod CONTAINER_CREATED_EVENT",
                "pod CONTAINER_STARTED_EVENT",
                "container CONTAINER_CREATED_EVENT",
                "container CONTAINER_STARTED_EVENT",
                "container CONTAINER_STOPPED_EVENT",
                "pod CONTAINER_STOPPED_EVENT",
                "container CONTAINER_DELETED_EVENT",
                "pod CONTAINER_DELETED_EVENT");
      }
    }
  }

  @Test
  void anEventBearsTheStatusOfThePodAndItsContainers() throws Exception {
    try (ContainerEvents events = subscribe()) {
      String pod = client.runPodSandbox(Requests.pod("a"), "");
      next(events);
      next(events);
      client.createContainer(pod, Requests.container("c"), Requests.pod("a"));

      ContainerEventResponse created = next(events);

      assertThat(created.getPodSandboxStatus().getMetadata().getName()).isEqualTo("a");
      assertThat(created.getContainersStatusesList())
          .extracting(ContainerStatus::getState)
          .containsExactly(ContainerState.CONTAINER_CREATED);
      assertThat(client.podSandboxStatusVerbose(pod).getContainersStatusesList()).hasSize(1);
    }
  }

  @Test
  void aReaderThatFallsBehindIsEndedAndOthersAreNot() throws Exception {
    IdleReader idle = new IdleReader();
    RuntimeServiceGrpc.newStub(served.channel())
        .getContainerEvents(GetEventsRequest.getDefaultInstance(), idle);
    try (ContainerEvents reader = subscribe()) {
      String padding = "x".repeat(1000);
      // Far more than the idle reader's queue and the connection's window hold together.
      for (long sent = 0; sent < 5_000; sent += 100) {
        for (long i = 1; i <= 100; i++) {
          publish(padding, sent + i);
        }
        for (long i = 1; i <= 100; i++) {
          assertThat(next(reader).getCreatedAt()).isEqualTo(sent + i);
        }
      }
    }

    assertThat(idle.readToTheEnd())
        .startsWith("RESOURCE_EXHAUSTED")
        .contains("fell 1024 events behind")
        .contains("subscribe again, then list");
    assertThat(idle.received).isBetween(1_024, 4_999);
  }

  /** A subscriber that asks for no message until the very end. */
  private static final class IdleReader
      implements ClientResponseObserver<GetEventsRequest, ContainerEventResponse> {
    private final CompletableFuture<String> end = new CompletableFuture<>();
    private ClientCallStreamObserver<GetEventsRequest> call;
    private int received;

    @Override
    public void beforeStart(ClientCallStreamObserver<GetEventsRequest> started) {
      call = started;
      call.disableAutoRequestWithInitial(0);
    }

    String readToTheEnd() throws Exception {
      call.request(Integer.MAX_VALUE);
      return end.get();
    }

    @Override
    public void onNext(ContainerEventResponse event) {
      received++;
    }

    @Override
    public void onError(Throwable failure) {
      Status status = Status.fromThrowable(failure);
      end.complete(status.getCode() + ": " + status.getDescription());
    }

    @Override
    public void onCompleted() {
      end.complete("completed");
    }
  }

  @Test
  void readersAreToldWhenTheDaemonStops() throws Exception {
    try (ContainerEvents events = subscribe()) {
      served.server().close();

      assertFails(
              Status.Code.UNAVAILABLE,
              () -> {
                while (events.next().isPresent()) {}
              })
          .contains("the daemon stops");
    }
  }
}
