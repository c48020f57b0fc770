package io.keelson.runtime.streaming.websocket;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.flow.SocketDuplex;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class WebSocketTest {
  private Socket peer;
  private Duplex accepted;
  private WebSocket server;

  @BeforeEach
  void connect() throws IOException {
    Socket socket;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      peer = new Socket(listener.getInetAddress(), listener.getLocalPort());
      socket = listener.accept();
    }
    peer.setSoTimeout(20_000);
    accepted = new SocketDuplex(socket, socket);
    server = WebSocket.server(accepted, () -> {});
  }

  @AfterEach
  void drop() throws IOException {
    server.drop();
    peer.close();
  }

  static List<Long> seeds() {
    return new Random(11).longs(20).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void messagesOfAnySizeComeBack(long seed) throws Exception {
    WebSocket client = WebSocket.client(new SocketDuplex(peer, peer), () -> {});
    Thread echo =
        Thread.startVirtualThread(() -> {
          try {
            WebSocket.Message message = server.nextMessage();
            while (message != null) {
              server.send(message.text(), message.body().readAllBytes());
              message = server.nextMessage();
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      byte[] sent = new byte[random.nextInt(random.nextInt(1, 200_000))];
      random.nextBytes(sent);
      boolean text = random.nextBoolean();
      client.ping();
      client.send(text, sent);
      WebSocket.Message message = Objects.requireNonNull(client.nextMessage());
      assertThat(message.text()).isEqualTo(text);
      assertThat(message.body().readAllBytes()).isEqualTo(sent);
    }
    client.sendClose(WebSocket.NORMAL_CLOSURE);
    assertThat(client.nextMessage()).isNull();
    echo.join();
    client.drop();
  }

  @Test
  void aMessageInPiecesIsOneEvenWithAPingBetween() throws Exception {
    frame(0x02, "one ".getBytes(UTF_8), true);
    frame(0x89, "still there?".getBytes(UTF_8), true);
    frame(0x00, new byte[0], true);
    frame(0x80, "piece".getBytes(UTF_8), true);

    WebSocket.Message message = Objects.requireNonNull(server.nextMessage());
    assertThat(message.body().readAllBytes()).asString(UTF_8).isEqualTo("one piece");
    assertThat(peer.getInputStream().readNBytes(14))
        .startsWith((byte) 0x8a, (byte) 12)
        .endsWith("there?".getBytes(UTF_8));
  }

  @Test
  void whatBreaksTheProtocolIsRefused() throws Exception {
    frame(0x82, new byte[3], false);
    assertThatThrownBy(() -> server.nextMessage())
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("must mask");
  }

  @Test
  void aCloseForAnotherReasonIsAFailureWithThatReason() throws Exception {
    frame(0x88, "\u0003\u00f3broken".getBytes(ISO_8859_1), true);

    assertThatThrownBy(() -> server.nextMessage()).hasMessageContaining("1011 broken");
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void rubbishEndsTheConnectionAndNothingElse(long seed) throws Exception {
    byte[] rubbish = new byte[5000];
    new Random(seed).nextBytes(rubbish);
    peer.getOutputStream().write(rubbish);
    peer.shutdownOutput();

    assertThatThrownBy(
            () -> {
              WebSocket.Message message = server.nextMessage();
              while (message != null) {
                message = server.nextMessage();
              }
              throw new EOFException("closed in order");
            })
        .isInstanceOf(IOException.class);
  }

  private void frame(int first, byte[] payload, boolean masked) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(first);
    out.writeByte((masked ? 0x80 : 0) | payload.length);
    byte[] mask = {1, 2, 3, 4};
    if (masked) {
      out.write(mask);
    }
    for (int i = 0; i < payload.length; i++) {
      out.writeByte(masked ? payload[i] ^ mask[i % 4] : payload[i]);
    }
    peer.getOutputStream().write(bytes.toByteArray());
  }
}
