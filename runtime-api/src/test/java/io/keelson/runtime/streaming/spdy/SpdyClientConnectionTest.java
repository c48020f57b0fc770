package io.keelson.runtime.streaming.spdy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.runtime.streaming.flow.SocketDuplex;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The client's side over a real socket, with a server that sends what it likes. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class SpdyClientConnectionTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final SpdyWriter writer = new SpdyWriter();
  private Socket peer;
  private OutputStream toClient;
  private SpdyConnection client;
  private Thread running;
  private SpdyStream stream;

  @BeforeEach
  void openAStream() throws Exception {
    Socket own;
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      own = new Socket(listener.getInetAddress(), listener.getLocalPort());
      peer = listener.accept();
    }
    client = SpdyConnection.client(new SocketDuplex(own, own));
    running = Thread.startVirtualThread(client::run);
    toClient = new BufferedOutputStream(peer.getOutputStream());
    stream = client.openUntilCancelled(Map.of("streamtype", "stdout"));
    try (SpdyReader fromClient = new SpdyReader(peer.getInputStream())) {
      // The client announces its window whenever it comes to it, before the stream or after it.
      Set<Class<?>> expected =
          new HashSet<>(List.of(SpdyFrame.Settings.class, SpdyFrame.SynStream.class));
      while (!expected.isEmpty()) {
        expected.remove(requireNonNull(fromClient.next()).getClass());
      }
    }
    send(new SpdyFrame.SynReply(stream.id(), false, SpdyFrame.Headers.NONE));
    stream.awaitReply(LIMIT);
  }

  @AfterEach
  void theConnectionEndsWithItsPeer() throws Exception {
    peer.close();
    running.join();
    writer.close();
  }

  private void send(SpdyFrame frame) throws IOException {
    writer.write(frame, toClient);
    toClient.flush();
  }

  private void sendText(String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    writer.write(new SpdyFrame.Data(stream.id(), false, bytes.length), toClient);
    toClient.write(bytes);
    toClient.flush();
  }

  @Test
  void whatAServerSentBeforeItCancelledItsStreamIsAllThereWas() throws Exception {
    sendText("last words");
    send(new SpdyFrame.RstStream(stream.id(), SpdyConnection.CANCEL));

    assertThat(new String(stream.input().readAllBytes(), UTF_8)).isEqualTo("last words");
    assertThatThrownBy(() -> stream.output().write(1)).hasMessageContaining("reset stream 1");
  }

  @Test
  void aServerThatClosesBehindItsLastWordsIsHeardOut() throws Exception {
    sendText("last words");
    send(new SpdyFrame.RstStream(stream.id(), SpdyConnection.CANCEL));
    peer.close();
    running.join();

    assertThat(new String(stream.input().readAllBytes(), UTF_8)).isEqualTo("last words");
  }

  @Test
  void aServerThatNeverSpeaksOfWindowsIsWrittenNothingWhileItIsRead() throws Exception {
    String text = "x".repeat(1 << 20);
    sendText(text);
    send(new SpdyFrame.Data(stream.id(), true, 0));

    assertThat(stream.input().readAllBytes()).hasSize(text.length());
    assertThat(peer.getInputStream().available()).isZero();
  }

  @Test
  void anyOtherResetAndTheLossOfTheConnectionAreFailures() throws Exception {
    SpdyStream lost = client.openUntilCancelled(Map.of("streamtype", "stderr"));
    SpdyStream data = client.open(Map.of("streamtype", "data"));
    send(new SpdyFrame.RstStream(data.id(), SpdyConnection.CANCEL));
    assertThatThrownBy(() -> data.input().readAllBytes()).isInstanceOf(IOException.class);
    sendText("some");
    send(new SpdyFrame.RstStream(stream.id(), SpdyConnection.REFUSED_STREAM));
    assertThatThrownBy(() -> stream.input().readAllBytes()).isInstanceOf(IOException.class);

    peer.close();
    assertThatThrownBy(() -> lost.input().readAllBytes()).isInstanceOf(IOException.class);
  }
}
