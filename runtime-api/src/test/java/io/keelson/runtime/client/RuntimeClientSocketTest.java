package io.keelson.runtime.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client over a real unix socket. */
@Timeout(60)
class RuntimeClientSocketTest {
  @TempDir Path directory;
  private final ScriptedPeer peer = new ScriptedPeer();
  private EventLoops loops;
  private Endpoint.Unix endpoint;
  private RuntimeClient client;

  @BeforeEach
  void connect() {
    loops = EventLoops.create(1);
    endpoint = new Endpoint.Unix(directory.resolve("cri.sock"));
    client = RuntimeClient.connect(endpoint);
  }

  @AfterEach
  void close() {
    client.close();
    loops.close();
  }

  @Test
  void whereNobodyListensTheFailureNamesTheSocketAndWhatToCheck() {
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(() -> client.startContainer("c"))
        .withMessageContaining("StartContainer at " + endpoint)
        .withMessageContaining("there is no such socket")
        .withMessageContaining("check that a container runtime listens there")
        .satisfies(e -> assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE));
  }

  @Test
  void aRuntimeThatStartsLateIsAwaited() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Thread starter =
        Thread.ofVirtual()
            .start(() -> {
              await(asked);
              listen();
            });
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(() -> client.awaitReady(Duration.ofMillis(100)));
    asked.countDown();
    assertThat(client.awaitReady(Duration.ofSeconds(30))).isNotNull();
    starter.join();
  }

  @Test
  void aRuntimeThatRestartsIsFoundAgainByReads() throws Exception {
    Server first = listen();
    client.version();
    first.shutdownNow().awaitTermination();
    listen();
    assertThat(client.version()).isNotNull();
  }

  @Test
  void repliesEndAt16MiB() throws InterruptedException {
    listen();
    answerWithOutputOf(EventLoops.MESSAGE_LIMIT - 16);
    assertThat(client.execSync("c", List.of("cat"), Duration.ZERO).getStdout().size())
        .isEqualTo(EventLoops.MESSAGE_LIMIT - 16);
    answerWithOutputOf(EventLoops.MESSAGE_LIMIT);
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(() -> client.execSync("c", List.of("cat"), Duration.ZERO))
        .satisfies(e -> assertThat(e.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  @Test
  void closingEndsCallsInProgress() throws InterruptedException {
    listen();
    peer.answer("StartContainer", o -> client.close());
    assertThatExceptionOfType(CriException.class).isThrownBy(() -> client.startContainer("c"));
  }

  @Test
  void aTcpEndpointNeedsTlsSettings() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RuntimeClient.connect(new Endpoint.Tcp("127.0.0.1", 1)))
        .withMessageContaining("tcp://127.0.0.1:1");
  }

  private void answerWithOutputOf(int bytes) {
    ExecSyncResponse response =
        ExecSyncResponse.newBuilder().setStdout(ByteString.copyFrom(new byte[bytes])).build();
    peer.answer(
        "ExecSync",
        o -> {
          o.onNext(response);
          o.onCompleted();
        });
  }

  private Server listen() {
    NettyServerBuilder builder = loops.serverBuilder(endpoint, null);
    peer.services().forEach(builder::addService);
    try {
      return builder.build().start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
