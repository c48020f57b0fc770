package io.keelson.runtime.fake;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.streaming.StreamTypes;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.flow.SocketDuplex;
import io.keelson.runtime.streaming.http.HttpHead;
import io.keelson.runtime.streaming.http.SpdyUpgrade;
import io.keelson.runtime.streaming.http.WebSocketUpgrade;
import io.keelson.runtime.streaming.spdy.SpdyConnection;
import io.keelson.runtime.streaming.spdy.SpdyStream;
import io.keelson.runtime.streaming.websocket.WebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents and messages of every protocol version, byte for byte. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class OlderProtocolsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final String EXIT_DOCUMENT =
      """
      {"metadata":{},"status":"Failure",\
      "message":"command terminated with non-zero exit code: exit status 3",\
      "reason":"NonZeroExitCode",\
      "details":{"causes":[{"reason":"ExitCode","message":"3"}]}}\
      """;

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

  private static Duplex connect(URI url, List<String> request, List<String> answer)
      throws IOException {
    Socket socket = new Socket(url.getHost(), url.getPort());
    Duplex connection = new SocketDuplex(socket, socket);
    HttpHead.write(connection.output(), request);
    HttpHead head = HttpHead.read(connection.input());
    assertThat(head.startLine()).isEqualTo("HTTP/1.1 101 Switching Protocols");
    answer.addAll(head.headers().getOrDefault("sec-websocket-protocol", List.of()));
    answer.addAll(head.headers().getOrDefault("x-stream-protocol-version", List.of()));
    return connection;
  }

  /** What the error stream says when a command ends like this. */
  private String errorStream(String protocol, String... command) throws Exception {
    URI url = node.execUrl(StreamingNode.ALL, command);
    List<String> chosen = new ArrayList<>();
    Duplex connection =
        connect(
            url,
            SpdyUpgrade.request(
                url.getPath(), url.getAuthority(), List.of("v5.channel.k8s.io", protocol)),
            chosen);
    assertThat(chosen).containsExactly(protocol);
    SpdyConnection spdy = SpdyConnection.client(connection);
    Thread.startVirtualThread(spdy::run);
    Map<String, SpdyStream> streams = new HashMap<>();
    for (String type :
        List.of(StreamTypes.ERROR, StreamTypes.STDIN, StreamTypes.STDOUT, StreamTypes.STDERR)) {
      SpdyStream stream = spdy.open(Map.of(StreamTypes.HEADER, type));
      stream.awaitReply(LIMIT);
      streams.put(type, stream);
    }
    try {
      return new String(
          Objects.requireNonNull(streams.get(StreamTypes.ERROR)).input().readAllBytes(), UTF_8);
    } finally {
      spdy.terminate(new IOException("the test has seen enough"));
    }
  }

  @Test
  void version4TellsTheOutcomeByAStatusDocument() throws Exception {
    String protocol = "v4.channel.k8s.io";

    assertThat(errorStream(protocol, "hello"))
        .isEqualTo("{\"metadata\":{},\"status\":\"Success\"}");
    assertThat(errorStream(protocol, "exit", "3")).isEqualTo(EXIT_DOCUMENT);
    assertThat(errorStream(protocol, "exit", "not\\a\tnumber"))
        .isEqualTo(
            """
            {"metadata":{},"status":"Failure",\
            "message":"Internal error occurred: error executing command in container:\
             \\"not\\\\a\\u0009number\\" is not a number",\
            "reason":"InternalError","details":{"causes":[{"message":\
            "error executing command in container:\
             \\"not\\\\a\\u0009number\\" is not a number"}]},"code":500}\
            """);
  }

  @ParameterizedTest
  @ValueSource(strings = {"channel.k8s.io", "v2.channel.k8s.io", "v3.channel.k8s.io"})
  void olderVersionsTellFailuresByTextAndSuccessByNone(String protocol) throws Exception {
    assertThat(errorStream(protocol, "hello")).isEmpty();
    assertThat(errorStream(protocol, "exit", "3"))
        .isEqualTo("command terminated with non-zero exit code: exit status 3");
  }

  private WebSocket webSocket(URI url, List<String> chosen, String... offers) throws IOException {
    String key = WebSocketUpgrade.newKey();
    Duplex connection =
        connect(
            url,
            WebSocketUpgrade.request(url.getPath(), url.getAuthority(), key, List.of(offers)),
            chosen);
    return WebSocket.client(connection, () -> {});
  }

  /** What arrives on each channel until the server closes. */
  private static Map<Integer, String> channels(WebSocket socket, boolean base64)
      throws IOException {
    Map<Integer, ByteArrayOutputStream> bytes = new HashMap<>();
    WebSocket.Message message = socket.nextMessage();
    while (message != null) {
      assertThat(message.text()).isEqualTo(base64);
      int channel = base64 ? message.body().read() - '0' : message.body().read();
      byte[] content = message.body().readAllBytes();
      bytes
          .computeIfAbsent(channel, c -> new ByteArrayOutputStream())
          .writeBytes(base64 ? Base64.getDecoder().decode(content) : content);
      message = socket.nextMessage();
    }
    socket.drop();
    Map<Integer, String> texts = new HashMap<>();
    bytes.forEach((channel, all) -> texts.put(channel, all.toString(UTF_8)));
    return texts;
  }

  @ParameterizedTest
  @CsvSource({
    "v5.channel.k8s.io, true",
    "v4.channel.k8s.io, true",
    "v4.base64.channel.k8s.io, true",
    "channel.k8s.io, false",
    "base64.channel.k8s.io, false",
    "'', false",
  })
  void everyWebSocketProtocolHasItsForm(String protocol, boolean document) throws Exception {
    boolean base64 = protocol.contains("base64");
    List<String> chosen = new ArrayList<>();
    String[] offers =
        protocol.isEmpty() ? new String[0] : new String[] {"v9.channel.k8s.io", protocol};
    WebSocket socket = webSocket(node.execUrl(StreamingNode.ALL, "sh"), chosen, offers);
    String line = "complain bitterly\nexit 3\n";
    String encoded = Base64.getEncoder().encodeToString(line.getBytes(UTF_8));
    socket.send(base64, (base64 ? "0" + encoded : "\0" + line).getBytes(UTF_8));

    Map<Integer, String> told = channels(socket, base64);

    assertThat(String.join("", chosen)).isEqualTo(protocol);
    assertThat(told)
        .containsEntry(1, "")
        .containsEntry(2, "bitterly\n")
        .containsEntry(
            3,
            document ? EXIT_DOCUMENT : "command terminated with non-zero exit code: exit status 3");
  }

  @Test
  void aTerminalsSizeComesOnChannelFour() throws Exception {
    WebSocket socket =
        webSocket(
            node.execUrl(StreamingNode.TERMINAL, "terminal"),
            new ArrayList<>(),
            "v4.channel.k8s.io");
    socket.send(false, "\4{\"Width\":120,\"Height\":40}".getBytes(UTF_8));

    assertThat(channels(socket, false)).containsEntry(1, "120 40\n");
  }

  @Test
  void portForwardChannelsBeginWithTheirPort() throws Exception {
    WebSocket socket =
        webSocket(node.portForwardUrl(8080, 1), new ArrayList<>(), "v4.channel.k8s.io");
    Map<Integer, String> told = new HashMap<>();
    socket.send(false, "\0ping".getBytes(UTF_8));
    while (!told.getOrDefault(0, "").endsWith("ping")
        || !told.getOrDefault(3, "").contains("refused")) {
      WebSocket.Message message = Objects.requireNonNull(socket.nextMessage());
      int channel = message.body().read();
      told.merge(channel, new String(message.body().readAllBytes(), ISO_8859_1), String::concat);
    }
    socket.drop();

    assertThat(told.get(0)).isEqualTo("\u0090\u001fping");
    assertThat(told.get(1)).isEqualTo("\u0090\u001f");
    assertThat(told.get(2)).isEqualTo("\u0001\u0000");
    assertThat(told.get(3)).startsWith("\u0001\u0000error forwarding port 1 to pod ");
  }

  @Test
  void oldPortForwardClientsPairTheirStreamsByOrder() throws Exception {
    URI url = node.portForwardUrl();
    Duplex connection =
        connect(
            url,
            SpdyUpgrade.request(url.getPath(), url.getAuthority(), List.of("portforward.k8s.io")),
            new ArrayList<>());
    SpdyConnection spdy = SpdyConnection.client(connection);
    Thread.startVirtualThread(spdy::run);
    SpdyStream error =
        spdy.open(Map.of(StreamTypes.HEADER, StreamTypes.ERROR, StreamTypes.PORT, "80"));
    SpdyStream data =
        spdy.open(Map.of(StreamTypes.HEADER, StreamTypes.DATA, StreamTypes.PORT, "80"));
    data.output().write("ping".getBytes(UTF_8));
    data.output().close();

    assertThat(data.input().readAllBytes()).asString(UTF_8).isEqualTo("ping");
    assertThat(error.input().readAllBytes()).isEmpty();
    SpdyStream nonsense =
        spdy.open(Map.of(StreamTypes.HEADER, StreamTypes.DATA, StreamTypes.PORT, "65536"));
    assertThat(catchThrowable(() -> nonsense.awaitReply(LIMIT))).hasMessageContaining("reset");
    spdy.terminate(new IOException("the test has seen enough"));
  }
}
