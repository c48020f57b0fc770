package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.transport.TlsSettings;
import io.keelson.runtime.transport.UnixSocketFile;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.VersionRequest;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a server can be reached, by whom, and what becomes of its socket. */
final class EndpointsTest {
  @TempDir private Path folder;

  private static RuntimeServer.Builder server() {
    return RuntimeServer.builder().backend(new FakeBackend(Clock.systemUTC()));
  }

  private RuntimeServer startOn(Path socket) throws IOException, InterruptedException {
    RuntimeServer server = server().listen(new Endpoint.Unix(socket)).build();
    server.start();
    return server;
  }

  private static void assertAnswers(Endpoint endpoint) throws InterruptedException {
    try (RuntimeClient client = RuntimeClient.connect((Endpoint.Unix) endpoint)) {
      assertThat(client.version().getRuntimeName()).isEqualTo("fake");
    }
  }

  @Test
  void makesASocketForOwnerAndGroupInANewFolderAndRemovesItAtTheEnd() throws Exception {
    Path socket = folder.resolve("run/keelson/keelson.sock");

    try (RuntimeServer server = startOn(socket)) {
      assertAnswers(server.endpoints().getFirst());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
    }

    assertThat(socket.getParent()).isEmptyDirectory();
  }

  @Test
  void replacesTheSocketOfADaemonThatDied() throws Exception {
    Path socket = folder.resolve("cri.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();

    try (RuntimeServer server = startOn(socket)) {
      assertAnswers(server.endpoints().getFirst());
    }
  }

  @Test
  void leavesASocketInUseAlone() throws Exception {
    Path socket = folder.resolve("cri.sock");
    try (RuntimeServer first = startOn(socket)) {
      assertThatThrownBy(() -> startOn(socket))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "socket %s is in use by another process; stop that one or choose another path"
                  .formatted(socket));

      assertAnswers(first.endpoints().getFirst());
    }
  }

  @Test
  void leavesTheSocketOfAForeignServerAlone() throws Exception {
    Path socket = folder.resolve("cri.sock");
    try (ServerSocketChannel foreign = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      foreign.bind(UnixDomainSocketAddress.of(socket));

      assertThatThrownBy(() -> startOn(socket)).hasMessageContaining("is in use");
    }
  }

  @Test
  void aSocketCanBeClaimedAgainOnceReleased() throws Exception {
    Path socket = folder.resolve("cri.sock");
    UnixSocketFile.claim(socket).close();

    try (UnixSocketFile again = UnixSocketFile.claim(socket)) {
      assertThat(again).isNotNull();
    }
  }

  @Test
  void worksWithoutTheNativeTransport() throws Exception {
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("nio.sock"));
    EventLoops clientLoops = EventLoops.createNio(1);
    try (RuntimeServer server =
        server().listen(endpoint).eventLoops(EventLoops.createNio(1)).build()) {
      server.start();
      ManagedChannel channel = clientLoops.channel(endpoint, null);
      try (RuntimeClient client = RuntimeClient.over(channel)) {
        assertThat(client.version().getRuntimeName()).isEqualTo("fake");
        assertThat(client.runPodSandbox(Requests.pod("a"), "")).isNotEmpty();
      } finally {
        channel.shutdownNow();
      }
    } finally {
      clientLoops.close();
    }
  }

  @Test
  void listensOnSeveralSockets() throws Exception {
    Endpoint.Unix one = new Endpoint.Unix(folder.resolve("one.sock"));
    Endpoint.Unix two = new Endpoint.Unix(folder.resolve("two.sock"));
    try (RuntimeServer server = server().listen(one).listen(two).build()) {
      server.start();

      assertAnswers(one);
      assertAnswers(two);
    }
  }

  @Test
  void tcpServesClientsWithATrustedCertificateOnly() throws Exception {
    Path serverCertificate = Certificates.make(folder, "server");
    Path clientCertificate = Certificates.make(folder, "client");
    Path stranger = Certificates.make(folder, "stranger");
    try (RuntimeServer server =
            server()
                .listenTls(
                    new Endpoint.Tcp("127.0.0.1", 0),
                    Certificates.settings(serverCertificate, clientCertificate))
                .build();
        EventLoops loops = EventLoops.create(1)) {
      server.start();
      Endpoint endpoint = server.endpoints().getFirst();

      assertThat(
              runtimeName(
                  loops, endpoint, Certificates.settings(clientCertificate, serverCertificate)))
          .isEqualTo("fake");
      assertThatThrownBy(() ->
              runtimeName(loops, endpoint, Certificates.settings(stranger, serverCertificate)))
          .hasMessageContaining("UNAVAILABLE");
      assertThatThrownBy(() ->
              runtimeName(loops, endpoint, Certificates.settings(clientCertificate, stranger)))
          .hasMessageContaining("UNAVAILABLE");
      assertThatThrownBy(() -> loops.channel(endpoint, null))
          .hasMessageContaining("needs mutual TLS");
    }
  }

  private static String runtimeName(EventLoops loops, Endpoint endpoint, TlsSettings tls) {
    ManagedChannel channel = loops.channel(endpoint, tls);
    try {
      return RuntimeServiceGrpc.newBlockingStub(channel)
          .version(VersionRequest.getDefaultInstance())
          .getRuntimeName();
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void aPortInUseIsNamed() throws Exception {
    Path certificate = Certificates.make(folder, "server");
    TlsSettings tls = Certificates.settings(certificate, certificate);
    try (RuntimeServer first = server().listenTls(new Endpoint.Tcp("127.0.0.1", 0), tls).build()) {
      first.start();
      Endpoint.Tcp taken = (Endpoint.Tcp) first.endpoints().getFirst();

      try (RuntimeServer second = server().listenTls(taken, tls).build()) {
        assertThatThrownBy(second::start)
            .hasMessageStartingWith("cannot listen on " + taken)
            .hasMessageContaining("in use");
      }
    }
  }

  @Test
  void tlsFilesThatCannotBeReadAreNamed() {
    Path missing = folder.resolve("missing.pem");

    assertThatThrownBy(() -> new TlsSettings(missing, missing, missing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("TLS file " + missing + " cannot be read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "keelson.sock",
        "unix://run/x.sock",
        "tcp://127.0.0.1",
        "tcp://127.0.0.1:http",
        "tcp://:80",
        "tcp://127.0.0.1:70000",
        "http://127.0.0.1:80"
      })
  void refusesWhatIsNotAnEndpoint(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"unix:///run/keelson/keelson.sock", "tcp://127.0.0.1:3910", "tcp://[::1]:3910"})
  void endpointsAreWrittenAsTheyAreRead(String text) {
    assertThat(Endpoint.parse(text)).hasToString(text);
  }

  @Test
  void aSocketPathTooLongForLinuxIsRefusedBeforehand() {
    assertThatThrownBy(() -> Endpoint.parse("/" + "x".repeat(200)))
        .hasMessageContaining("has 201 bytes, Linux allows 107");
  }
}
