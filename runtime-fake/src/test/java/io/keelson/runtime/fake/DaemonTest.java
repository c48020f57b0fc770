package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.NetworkConfig;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RunPodSandboxResponse;
import io.keelson.runtime.v1.RuntimeConfig;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.VersionResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon says of itself, and how it ends. */
final class DaemonTest {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final HookedBackend backend = new HookedBackend();

  @Test
  void introducesItself() throws Exception {
    try (ServedBackends served = ServedBackends.start(folder, backend)) {
      assertThat(served.client().version())
          .isEqualTo(
              VersionResponse.newBuilder()
                  .setVersion("0.1.0")
                  .setRuntimeName("fake")
                  .setRuntimeVersion("0.1.0")
                  .setRuntimeApiVersion("v1")
                  .build());
      assertThat(served.client().runtimeConfig().getLinux().getCgroupDriver())
          .isEqualTo(CgroupDriver.CGROUPFS);
      served
          .client()
          .updateRuntimeConfig(
              RuntimeConfig.newBuilder()
                  .setNetworkConfig(
                      NetworkConfig.newBuilder().setPodCidr("10.1.0.0/24,fd00:1::/64"))
                  .build());
    }
  }

  @Test
  void tellsItsHealthPerService() throws Exception {
    try (ServedBackends served = ServedBackends.start(folder, backend)) {
      for (String service : List.of("", "runtime.v1.RuntimeService", "runtime.v1.ImageService")) {
        assertThat(
                HealthGrpc.newBlockingStub(served.channel())
                    .check(HealthCheckRequest.newBuilder().setService(service).build())
                    .getStatus())
            .isEqualTo(ServingStatus.SERVING);
      }
    }
  }

  @Test
  void reflectionListsBothServices() throws Exception {
    try (ServedBackends served = ServedBackends.start(folder, backend)) {
      CompletableFuture<ServerReflectionResponse> reply = new CompletableFuture<>();
      StreamObserver<ServerReflectionRequest> requests =
          ServerReflectionGrpc.newStub(served.channel())
              .serverReflectionInfo(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                      reply.complete(response);
                    }

                    @Override
                    public void onError(Throwable failure) {
                      reply.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                  });
      requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());

      assertThat(reply.get().getListServicesResponse().getServiceList())
          .extracting(ServiceResponse::getName)
          .contains("runtime.v1.RuntimeService", "runtime.v1.ImageService");
      requests.onCompleted();
    }
  }

  @Test
  void closingLetsARunningCallFinish() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    CountDownLatch begun = holdRunPodSandbox(gate, new AtomicBoolean());
    try (ServedBackends served = ServedBackends.start(folder, LONG, List.of(backend))) {
      Future<RunPodSandboxResponse> call = run(served);
      begun.await();

      Thread closing = Thread.startVirtualThread(served.server()::close);
      await().until(() -> refuses(served));
      assertThat(backend.isClosed()).isFalse();
      gate.countDown();

      assertThat(call.get().getPodSandboxId()).isNotEmpty();
      closing.join();
      assertThat(backend.isClosed()).isTrue();
    }
  }

  private static boolean refuses(ServedBackends served) {
    try {
      served.client().withDeadline(SHORT).version();
      return false;
    } catch (RuntimeException e) {
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closingInterruptsWhatDoesNotFinishAndWaitsUntilItIsUndone() throws Exception {
    AtomicBoolean undone = new AtomicBoolean();
    CountDownLatch begun = holdRunPodSandbox(new CountDownLatch(1), undone);
    Path socket = folder.resolve("cri.sock");
    try (ServedBackends served = ServedBackends.start(folder, SHORT, List.of(backend))) {
      Future<RunPodSandboxResponse> call = run(served);
      begun.await();
      assertThat(socket).exists();

      served.server().close();

      assertThat(undone).isTrue();
      assertThat(backend.isClosed()).isTrue();
      assertThat(socket).doesNotExist();
      assertThat(call).failsWithin(LONG).withThrowableThat().withMessageContaining("UNAVAILABLE");
      served.server().awaitTermination();
    }
  }

  private CountDownLatch holdRunPodSandbox(CountDownLatch gate, AtomicBoolean undone) {
    CountDownLatch begun = new CountDownLatch(1);
    backend.hook((call, object) -> {
      if (call.equals("runPodSandbox")) {
        begun.countDown();
        try {
          gate.await();
        } catch (InterruptedException e) {
          assertThat(backend.isClosed()).isFalse();
          undone.set(true);
          throw e;
        }
      }
    });
    return begun;
  }

  private static Future<RunPodSandboxResponse> run(ServedBackends served) {
    return RuntimeServiceGrpc.newFutureStub(served.channel())
        .runPodSandbox(RunPodSandboxRequest.newBuilder().setConfig(Requests.pod("a")).build());
  }

  @Test
  void aServerThatDoesNotStartLeavesNothingBehind() throws Exception {
    Files.createDirectory(folder.resolve("cri.sock"));

    assertThatThrownBy(() -> ServedBackends.start(folder, backend))
        .hasMessageContaining("exists and is not a socket");

    assertThat(backend.isClosed()).isTrue();
  }
}
