package io.keelson.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.client.PortForwarding;
import io.keelson.runtime.streaming.client.PortForwarding.Forwarded;
import io.keelson.runtime.streaming.client.RemoteProcess;
import io.keelson.runtime.streaming.client.StreamingClient;
import io.keelson.runtime.streaming.client.Transport;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ExecRequest;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PortForwardRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Exec, attach and port-forward from a client through the streaming server into real containers.
 */
@ExtendWith(PrivateEngine.class)
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class StreamingIT {
  private static final StreamSelection ALL = new StreamSelection(true, true, true, false);
  private static final StreamSelection TERMINAL = new StreamSelection(true, true, false, true);
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private RuntimeServer server;
  private RuntimeClient client;
  private String sandbox = "";

  StreamingIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void serve() throws Exception {
    BusyboxImage.load(engine);
    node = TestNode.in(folder, engine.endpoint());
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock"));
    server = RuntimeServer.builder().backend(node.backend()).listen(endpoint).build();
    server.start();
    client = RuntimeClient.connect(endpoint);
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    await().atMost(LIMIT).until(() -> server.streamingConnections() == 0);
    client.close();
    server.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }

  private String run(PodSandboxConfig pod, ContainerConfig container) throws Exception {
    sandbox = client.runPodSandbox(pod, "");
    String id = client.createContainer(sandbox, container, pod);
    client.startContainer(id);
    return id;
  }

  private PodSandboxConfig pod() {
    return TestPods.pod("streams", folder.resolve("logs")).build();
  }

  private static ContainerConfig.Builder container(String script) {
    return TestPods.container("main", BusyboxImage.NAME, "/bin/sh", "-c", script);
  }

  private RemoteProcess exec(
      Transport transport, String container, StreamSelection streams, String... command)
      throws Exception {
    String url =
        client.exec(
            ExecRequest.newBuilder()
                .setContainerId(container)
                .addAllCmd(List.of(command))
                .setStdin(streams.stdin())
                .setStdout(streams.stdout())
                .setStderr(streams.stderr())
                .setTty(streams.tty())
                .build());
    return new StreamingClient(transport, null).open(URI.create(url), streams);
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  private static void writeAndClose(OutputStream out, byte[] bytes) {
    try (out) {
      out.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean runs(String argument) {
    return ProcessHandle.allProcesses()
        .anyMatch(process ->
            List.of(process.info().arguments().orElse(new String[0])).contains(argument));
  }

  @ParameterizedTest
  @EnumSource
  void aCommandTakesInputAndGivesOutputErrorsAndExitCode(Transport transport) throws Exception {
    String container = run(pod(), container("sleep 600").build());
    byte[] input = new byte[8 * 1024 * 1024];
    new Random(1).nextBytes(input);
    String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(input));
    try (RemoteProcess process =
        exec(transport, container, ALL, "/bin/sh", "-c", "sha256sum; echo oops >&2; exit 42")) {
      Thread.startVirtualThread(() -> writeAndClose(process.stdin(), input));

      assertThat(text(process.stdout())).startsWith(digest);
      assertThat(text(process.stderr())).isEqualTo("oops\n");
      assertThat(process.awaitExit()).isEqualTo(42);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTerminalHasTheSizeItIsGivenAndEveryKey(Transport transport) throws Exception {
    String container = run(pod(), container("sleep 600").build());
    try (RemoteProcess process =
        exec(transport, container, TERMINAL, "/bin/sh", "-c", "stty -echo raw; echo go; cat")) {
      assertThat(process.stdout().readNBytes(3)).asString(UTF_8).startsWith("go");
      // An engine's usual way out of a terminal, which would swallow the first of them.
      String keys = "\u0010\u0011!";
      write(process.stdin(), keys);

      assertThat(process.stdout().readNBytes(3)).asString(UTF_8).isEqualTo(keys);
    }
    String untilSized = "until [ \"$(stty size)\" = '33 91' ]; do sleep 0.1; done 2>/dev/null";
    try (RemoteProcess process =
        exec(transport, container, TERMINAL, "/bin/sh", "-c", untilSized)) {
      process.resize(91, 33);
      assertThat(text(process.stdout())).isEmpty();
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTerminalGoesOnAfterTheEndOfItsInput(Transport transport) throws Exception {
    String container = run(pod(), container("sleep 600").build());
    try (RemoteProcess process =
        exec(transport, container, TERMINAL, "/bin/sh", "-c", "read x; sleep 1; echo got $x")) {
      write(process.stdin(), "it\n");
      process.stdin().close();

      assertThat(text(process.stdout())).endsWith("got it\r\n");
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCommandWhoseClientIsGoneIsKilledEvenWhenItTakesNoInput(Transport transport)
      throws Exception {
    String container = run(pod(), container("sleep 600").build());
    String marker = transport == Transport.SPDY ? "765401" : "765402";
    RemoteProcess process = exec(transport, container, ALL, "sleep", marker);
    Thread writer =
        Thread.startVirtualThread(() -> {
          try {
            process.stdin().write(new byte[10_000_000]);
          } catch (IOException e) {
            // Nobody takes it: that is how this ends.
          }
        });
    await().atMost(LIMIT).until(() -> runs(marker));

    process.close();

    await().atMost(LIMIT).until(() -> !runs(marker));
    writer.join();
  }

  @ParameterizedTest
  @EnumSource
  void aProgramThatIsNotThereIsAFailureAndNoExitCode(Transport transport) throws Exception {
    String container = run(pod(), container("sleep 600").build());
    try (RemoteProcess process = exec(transport, container, ALL, "/nope")) {
      assertThatThrownBy(process::awaitExit)
          .hasMessageContaining("cannot start '/nope'")
          .hasMessageContaining("no such file");
      assertThat(text(process.stdout())).contains("no such file");
    }
  }

  @ParameterizedTest
  @EnumSource
  void attachingSeesTheContainersOwnProcess(Transport transport) throws Exception {
    String container = run(pod(), container("read x; echo got $x; exit 3").setStdin(true).build());
    String url =
        client.attach(
            AttachRequest.newBuilder()
                .setContainerId(container)
                .setStdin(true)
                .setStdout(true)
                .setStderr(true)
                .build());
    try (RemoteProcess process = new StreamingClient(transport, null).open(URI.create(url), ALL)) {
      write(process.stdin(), "it\n");
      assertThat(text(process.stdout())).isEqualTo("got it\n");
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void portsOfThePodAreReachedThoughTheHostHasNoneSuch(Transport transport) throws Exception {
    run(pod(), container("/bin/busybox nc -ll -p 8080 -e /bin/cat").build());
    exchangeThroughPorts(transport);
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionThatItsProcessResetsIsNoFailureOfTheOthers(Transport transport) throws Exception {
    run(
        pod(),
        container(
                "/bin/busybox nc -ll -p 8081 -e /bin/sleep 1 & "
                    + "/bin/busybox nc -ll -p 8080 -e /bin/cat")
            .build());
    try (PortForwarding forwarding = forwardPorts(transport)) {
      await().atMost(LIMIT).ignoreExceptions().until(() -> echoes(forwarding, "ready"));
      Forwarded reset = forwarding.open(8081);
      write(reset.output(), "nobody reads this, so the process's end resets the connection");

      assertThat(reset.awaitError()).isEmpty();
      assertThatThrownBy(() -> reset.input().readAllBytes()).hasMessageContaining("reset");
      assertThat(echoes(forwarding, "still there")).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void portsOfAPodOnTheHostsNetworkAreTheHosts(Transport transport) throws Exception {
    PodSandboxConfig.Builder pod = pod().toBuilder();
    pod.getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);
    ContainerConfig.Builder container = container("/bin/busybox nc -ll -p 8080 -e /bin/cat");
    container
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);
    run(pod.build(), container.build());
    exchangeThroughPorts(transport);
  }

  private void exchangeThroughPorts(Transport transport) throws Exception {
    try (PortForwarding forwarding = forwardPorts(transport)) {
      Forwarded refused = forwarding.open(9);
      assertThat(refused.awaitError()).contains("error forwarding port 9").contains("refused");
      await().atMost(LIMIT).ignoreExceptions().until(() -> echoes(forwarding, "first of several"));
      for (int i = 0; i < 20; i++) {
        assertThat(echoes(forwarding, "message " + i)).isTrue();
      }
    }
  }

  private PortForwarding forwardPorts(Transport transport) throws Exception {
    String url =
        client.portForward(PortForwardRequest.newBuilder().setPodSandboxId(sandbox).build());
    return new StreamingClient(transport, null).forwardPorts(URI.create(url));
  }

  private static boolean echoes(PortForwarding forwarding, String message) throws Exception {
    Forwarded connection = forwarding.open(8080);
    write(connection.output(), message);
    connection.output().close();
    return text(connection.input()).equals(message) && connection.awaitError().isEmpty();
  }
}
