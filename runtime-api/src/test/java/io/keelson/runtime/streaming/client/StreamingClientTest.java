package io.keelson.runtime.streaming.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.runtime.streaming.StreamSelection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StreamingClientTest {
  private static final StreamSelection OUTPUT = new StreamSelection(false, true, false, false);

  private final ServerSocket server;

  StreamingClientTest() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** Answers one request and keeps the connection open until the client closes it. */
  private URI answering(String answer) {
    Thread.startVirtualThread(() -> {
      try (Socket client = server.accept()) {
        client.getOutputStream().write(answer.getBytes(US_ASCII));
        int last = 0;
        while (last >= 0) {
          last = client.getInputStream().read();
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    return URI.create("http://127.0.0.1:%d/exec/token".formatted(server.getLocalPort()));
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Timeout(20)
  void theReasonOfARefusalIsToldAlsoWhenTheServerKeepsTheConnection(Transport transport) {
    URI url = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno token\n");

    assertThatThrownBy(() -> new StreamingClient(transport, null).open(url, OUTPUT))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("404 Not Found: no token");
  }

  @Test
  @Timeout(20)
  void aRefusalWithoutAReasonIsOneToo() {
    URI url = answering("HTTP/1.1 403 Forbidden\r\n\r\n");

    assertThatThrownBy(() -> new StreamingClient(Transport.SPDY, null).forwardPorts(url))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("403 Forbidden");
  }
}
