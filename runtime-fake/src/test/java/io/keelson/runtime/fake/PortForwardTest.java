package io.keelson.runtime.fake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.streaming.client.PortForwarding;
import io.keelson.runtime.streaming.client.PortForwarding.Forwarded;
import io.keelson.runtime.streaming.client.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Port-forward from end to end, over SPDY and through the WebSocket tunnel. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class PortForwardTest {
  @TempDir private Path folder;
  private StreamingNode node;

  @BeforeEach
  void serve() throws Exception {
    node = StreamingNode.start(folder);
  }

  @AfterEach
  void nothingIsLeft() {
    await().until(() -> node.server().streamingConnections() == 0);
    assertThat(node.backend().openSessions()).isZero();
    node.close();
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatHasSentAllStillGetsTheAnswer(Transport transport) throws Exception {
    try (PortForwarding forwarding = node.forwardPorts(transport)) {
      Forwarded connection = forwarding.open(80);
      connection.output().write("ping".getBytes(UTF_8));
      connection.output().close();

      assertThat(connection.input().readAllBytes()).asString(UTF_8).isEqualTo("ping");
      assertThat(connection.awaitError()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyConnectionsShareOneWithoutMixing(Transport transport) throws Exception {
    try (PortForwarding forwarding = node.forwardPorts(transport);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> equal = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        equal.add(threads.submit(exchange(forwarding, i, 100_000 + 1000 * i)));
      }
      for (Future<Boolean> future : equal) {
        assertThat(future.get()).isTrue();
      }
    }
  }

  private static Callable<Boolean> exchange(PortForwarding forwarding, int seed, int size) {
    return () -> {
      byte[] sent = new byte[size];
      new Random(seed).nextBytes(sent);
      Forwarded connection = forwarding.open(8080);
      Thread writer =
          Thread.startVirtualThread(() -> {
            try {
              connection.output().write(sent);
              connection.output().close();
            } catch (IOException e) {
              connection.close();
            }
          });
      byte[] received = connection.input().readAllBytes();
      writer.join();
      return Arrays.equals(received, sent) && connection.awaitError().isEmpty();
    };
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionNobodyReadsDoesNotHoldUpOthers(Transport transport) throws Exception {
    try (PortForwarding forwarding = node.forwardPorts(transport)) {
      Forwarded unread = forwarding.open(80);
      Thread writer =
          Thread.startVirtualThread(() -> {
            try {
              unread.output().write(new byte[10_000_000]);
            } catch (IOException e) {
              // It is closed below, while this still writes.
            }
          });

      assertThat(exchange(forwarding, 1, 1_000_000).call()).isTrue();

      unread.close();
      writer.join();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClosedPortIsTextOnTheErrorStreamAndOthersGoOn(Transport transport) throws Exception {
    try (PortForwarding forwarding = node.forwardPorts(transport)) {
      Forwarded refused = forwarding.open(1);

      assertThat(refused.awaitError())
          .isEqualTo(
              "error forwarding port 1 to pod %s: connection refused: nothing listens on port 1"
                  .formatted(node.pod()));
      assertThat(exchange(forwarding, 2, 1000).call()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionTheClientResetsIsClosedInThePod(Transport transport) throws Exception {
    try (PortForwarding forwarding = node.forwardPorts(transport)) {
      Forwarded connection = forwarding.open(80);
      await().until(() -> node.backend().openSessions() == 1);

      connection.close();

      await().until(() -> node.backend().openSessions() == 0);
      assertThat(node.server().streamingConnections()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatIsResetWhileNothingCanBeWrittenDoesNotHarmTheOthers() throws Exception {
    try (WindowlessClient client = WindowlessClient.connect(node.portForwardUrl())) {
      client.open(1, 19);
      await().until(client::isFullOfUnreadBytes);

      client.reset(3);
      client.open(5, 80);
      client.sendAndEnd(7, "ping");

      assertThat(client.readToEnd(7)).isEqualTo("ping");
      assertThat(client.readToEnd(1)).as("an error would end all that it forwards").isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatGoesAwayLeavesNothingInThePod(Transport transport) throws Exception {
    PortForwarding forwarding = node.forwardPorts(transport);
    for (int i = 0; i < 20; i++) {
      forwarding.open(80);
    }
    await().until(() -> node.backend().openSessions() == 20);

    forwarding.close();

    await().until(() -> node.backend().openSessions() == 0);
  }
}
