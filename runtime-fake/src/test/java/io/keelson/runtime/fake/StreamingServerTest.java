package io.keelson.runtime.fake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.StreamingServer;
import io.keelson.runtime.streaming.StreamingSettings;
import io.keelson.runtime.streaming.StreamingTls;
import io.keelson.runtime.streaming.client.RemoteProcess;
import io.keelson.runtime.streaming.client.StreamingClient;
import io.keelson.runtime.streaming.client.Transport;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may connect, for how long, and how others are refused; the time is the test's. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class StreamingServerTest {
  private static final StreamSelection OUTPUT = new StreamSelection(false, true, false, false);

  private final AtomicLong now = new AtomicLong();
  private final FakeBackend backend = new FakeBackend(Clock.systemUTC());
  private StreamingServer server;
  private String container;

  @BeforeEach
  void start() throws Exception {
    server = started(StreamingSettings.DEFAULTS);
    PodSandboxConfig config = Requests.pod("a");
    String pod = backend.podSandboxes().runPodSandbox(config, "fake");
    backend.images().pullImage(Requests.IMAGE, AuthConfig.getDefaultInstance(), config);
    container = backend.containers().createContainer(pod, Requests.container("main"), config);
    backend.containers().startContainer(container);
  }

  private StreamingServer started(StreamingSettings settings) throws IOException {
    StreamingServer made = new StreamingServer(settings, now::get);
    made.start();
    return made;
  }

  @AfterEach
  void close() throws InterruptedException {
    server.close();
    assertThat(server.openConnections()).isZero();
    assertThat(backend.openSessions()).isZero();
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private URI url(StreamingServer at, String... command) {
    return URI.create(
        at.exec(
            ExecRequest.newBuilder()
                .setContainerId(container)
                .addAllCmd(List.of(command))
                .setStdout(true)
                .build(),
            backend));
  }

  private static RemoteProcess open(Transport transport, URI url) throws Exception {
    return new StreamingClient(transport, null).open(url, OUTPUT);
  }

  private static void assertRuns(RemoteProcess process, String output) throws IOException {
    try (process) {
      assertThat(process.stdout().readAllBytes()).asString(UTF_8).isEqualTo(output);
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aUrlIsGoodOnceAndForAMinute(Transport transport) throws Exception {
    URI used = url(server, "hello");
    assertRuns(open(transport, used), "hello\n");
    assertThatThrownBy(() -> open(transport, used)).hasMessageContaining("404 Not Found");

    URI late = url(server, "hello");
    pass(Duration.ofSeconds(59));
    URI inTime = url(server, "hello");
    pass(Duration.ofSeconds(1));
    assertThatThrownBy(() -> open(transport, late))
        .hasMessageContaining("404 Not Found: there is nothing here");
    assertRuns(open(transport, inTime), "hello\n");
  }

  @Test
  void aUrlOfOneKindIsGoodForNoOther() {
    URI url = url(server, "hello");
    URI other = URI.create(url.toString().replace("/exec/", "/attach/"));

    assertThatThrownBy(() -> open(Transport.SPDY, other)).hasMessageContaining("404 Not Found");
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatCarriesNothingIsDropped(Transport transport) throws Exception {
    try (RemoteProcess process = open(transport, url(server, "sleep"))) {
      await().until(() -> backend.openSessions() == 1);
      pass(Duration.ofHours(3));
      await().during(Duration.ofMillis(300)).until(() -> backend.openSessions() == 1);
      pass(Duration.ofHours(1));

      await().until(() -> backend.openSessions() == 0);
      assertThatThrownBy(process::awaitExit).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aClientThatSendsNoRequestIsDropped() throws Exception {
    try (Socket socket = connect(server)) {
      await().until(() -> server.openConnections() == 1);
      pass(Duration.ofSeconds(10));

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aClientThatOpensNoStreamsIsDropped() throws Exception {
    try (Socket socket = connect(server)) {
      send(
          socket,
          "POST " + url(server, "hello").getPath() + " HTTP/1.1",
          "Connection: Upgrade",
          "Upgrade: SPDY/3.1",
          "X-Stream-Protocol-Version: v4.channel.k8s.io");
      assertThat(socket.getInputStream().readNBytes(12)).asString(UTF_8).isEqualTo("HTTP/1.1 101");
      await()
          .until(() -> {
            pass(Duration.ofSeconds(30));
            return server.openConnections() == 0;
          });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, Connection: close, X: y",
    "400, Connection: Upgrade, Upgrade: SPDY/3.1",
    "403, Connection: Upgrade, Upgrade: SPDY/3.1; X-Stream-Protocol-Version: v9.channel.k8s.io",
    "426, Connection: Upgrade, Upgrade: websocket; Sec-WebSocket-Version: 8",
    "403, Connection: Upgrade, Upgrade: websocket; Sec-WebSocket-Version: 13; "
        + "Sec-WebSocket-Key: x; Sec-WebSocket-Protocol: v9.channel.k8s.io",
  })
  void anUpgradeNobodyUnderstandsIsRefused(int status, String first, String others)
      throws Exception {
    try (Socket socket = connect(server)) {
      String path = url(server, "hello").getPath();
      send(socket, ("GET " + path + " HTTP/1.1;" + first + ";" + others).split(" *; *", -1));

      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
      if (answer.contains("v9.channel")) {
        assertThat(answer).contains("v4.channel.k8s.io");
      }
    }
  }

  @Test
  void onlyGetAndPostAreAnswered() throws Exception {
    try (Socket socket = connect(server)) {
      send(socket, "DELETE " + url(server, "hello").getPath() + " HTTP/1.1", "Host: a");

      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 405 ")
          .contains("Allow: GET, POST");
    }
  }

  @Test
  void urlsBeginWithTheBaseUrlThatIsGiven() throws Exception {
    StreamingSettings defaults = StreamingSettings.DEFAULTS;
    StreamingServer behindProxy =
        started(
            new StreamingSettings(
                "127.0.0.1",
                0,
                URI.create("https://node.example:10250/cri/"),
                null,
                defaults.idleTimeout(),
                defaults.creationTimeout()));
    try (behindProxy;
        Socket socket = connect(server)) {
      assertThat(url(behindProxy, "hello").toString())
          .startsWith("https://node.example:10250/cri/exec/");
      assertThat(socket.isConnected()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void withTlsOnlyTrustedClientsAreServed(Transport transport, @TempDir Path folder)
      throws Exception {
    Path certificate = Certificates.make(folder, "server");
    Path trusted = Certificates.make(folder, "client");
    Path stranger = Certificates.make(folder, "stranger");
    StreamingSettings defaults = StreamingSettings.DEFAULTS;
    try (StreamingServer secured =
        started(
            new StreamingSettings(
                "127.0.0.1",
                0,
                null,
                new StreamingTls(certificate, Certificates.keyOf(certificate), trusted),
                defaults.idleTimeout(),
                defaults.creationTimeout()))) {
      URI url = url(secured, "print", "1000000");
      assertThat(url).hasScheme("https");

      assertRuns(
          new StreamingClient(transport, Certificates.context(trusted, certificate))
              .open(url, OUTPUT),
          "x".repeat(1_000_000));
      assertThatThrownBy(() ->
              new StreamingClient(transport, Certificates.context(stranger, certificate))
                  .open(url(secured, "hello"), OUTPUT))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> open(transport, url(secured, "hello")))
          .isInstanceOf(IOException.class);
    }
  }

  @Test
  void tlsFilesThatCannotBeUsedAreNamed(@TempDir Path folder) throws Exception {
    Path missing = folder.resolve("missing.pem");
    Path empty = Files.createFile(folder.resolve("empty.pem"));
    StreamingSettings settings =
        new StreamingSettings(
            "127.0.0.1",
            0,
            null,
            new StreamingTls(empty, empty, null),
            Duration.ofHours(1),
            Duration.ofSeconds(1));

    assertThatThrownBy(() -> new StreamingTls(missing, empty, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> new StreamingServer(settings, now::get))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(empty.toString());
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    int taken = URI.create(server.baseUrl()).getPort();
    StreamingServer second =
        new StreamingServer(
            new StreamingSettings(
                "127.0.0.1", taken, null, null, Duration.ofHours(1), Duration.ofSeconds(1)),
            now::get);

    assertThatThrownBy(second::start)
        .hasMessageContaining("cannot listen on 127.0.0.1 port " + taken);
    second.close();
  }

  private static Socket connect(StreamingServer server) throws IOException {
    URI base = URI.create(server.baseUrl());
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
    return socket;
  }

  private static void send(Socket socket, String... lines) throws IOException {
    socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(UTF_8));
  }
}
