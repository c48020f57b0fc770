package io.keelson.conformance.profile;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.Streams;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.conformance.image.TestImage;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.client.RemoteProcess;
import io.keelson.runtime.streaming.client.Transport;
import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ExecRequest;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Exec and Attach, over both transports. */
@ExtendWith(GivesRuntime.class)
public final class StreamedCommands {
  private static final int LARGE = 300_000;

  /** Called by JUnit. */
  StreamedCommands() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc Exec",
      says = "the url leads to the streams of the command, and tells its exit code")
  @Covers({
    "ExecRequest.container_id",
    "ExecRequest.cmd",
    "ExecRequest.stdin",
    "ExecRequest.stdout",
    "ExecRequest.stderr",
    "ExecResponse.url"
  })
  void aCommandHasItsStreamsAndItsExitCodeOverSpdy(RuntimeUnderTest node) throws Exception {
    aCommandHasItsStreamsAndItsExitCode(node, Transport.SPDY);
  }

  @Test
  @Specification(
      document = "Kubernetes, remote command over WebSocket, version 5",
      says = "the url leads to the streams of the command, and tells its exit code")
  @Covers({"ExecResponse.url"})
  void aCommandHasItsStreamsAndItsExitCodeOverWebSocket(RuntimeUnderTest node) throws Exception {
    aCommandHasItsStreamsAndItsExitCode(node, Transport.WEB_SOCKET);
  }

  private static void aCommandHasItsStreamsAndItsExitCode(RuntimeUnderTest node, Transport how)
      throws Exception {
    node.assumeRunsPrograms();
    TestContainer container = node.runPod().create("main", "pause").start();
    Streams streams = new Streams(node, how);
    try (RemoteProcess command = streams.exec(container, false, "lines", "4")) {
      assertEquals("line 1\nline 3\n", text(command.stdout()), "stdout");
      assertEquals("line 2\nline 4\n", text(command.stderr()), "stderr");
      assertEquals(0, command.awaitExit(), "exit code");
    }
    try (RemoteProcess command = streams.exec(container, false, "exit", "7")) {
      assertEquals(7, command.awaitExit(), "exit code of another command");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc Exec",
      says = "what is sent is the command's input, and its end is the input's end")
  @Covers({"ExecRequest.stdin"})
  void theInputOfACommandEndsWhenItsCallerEndsItOverSpdy(RuntimeUnderTest node) throws Exception {
    theInputOfACommandEnds(node, Transport.SPDY);
  }

  @Test
  @Specification(
      document = "Kubernetes, remote command over WebSocket, version 5",
      says = "a stream can be closed while the others go on")
  @Covers({"ExecRequest.stdin"})
  void theInputOfACommandEndsWhenItsCallerEndsItOverWebSocket(RuntimeUnderTest node)
      throws Exception {
    theInputOfACommandEnds(node, Transport.WEB_SOCKET);
  }

  private static void theInputOfACommandEnds(RuntimeUnderTest node, Transport how)
      throws Exception {
    node.assumeRunsPrograms();
    TestContainer container = node.runPod().create("main", "pause").start();
    try (RemoteProcess command = new Streams(node, how).exec(container, false, "cat")) {
      String sent = "x".repeat(LARGE);
      Thread writer = Thread.ofVirtual().start(() -> write(command, sent));
      assertEquals(sent, text(command.stdout()), "what came back");
      assertEquals(0, command.awaitExit(), "exit code");
      writer.join();
    }
  }

  private static void write(RemoteProcess command, String text) {
    try {
      command.stdin().write(text.getBytes(UTF_8));
      command.stdin().close();
    } catch (IOException e) {
      // The reader sees that something is missing.
      command.close();
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecRequest",
      says = "with tty the command has a terminal, which takes the size the caller's has")
  @Covers({"ExecRequest.tty"})
  void aTerminalTakesTheSizeOfItsCallersOverSpdy(RuntimeUnderTest node) throws Exception {
    aTerminalTakesTheSizeOfItsCallers(node, Transport.SPDY);
  }

  @Test
  @Specification(
      document = "Kubernetes, remote command over WebSocket, version 5",
      says = "sizes of the terminal come on a stream of their own")
  @Covers({"ExecRequest.tty"})
  void aTerminalTakesTheSizeOfItsCallersOverWebSocket(RuntimeUnderTest node) throws Exception {
    aTerminalTakesTheSizeOfItsCallers(node, Transport.WEB_SOCKET);
  }

  private static void aTerminalTakesTheSizeOfItsCallers(RuntimeUnderTest node, Transport how)
      throws Exception {
    node.assumeRunsPrograms();
    TestContainer container = node.runPod().create("main", "pause").start();
    try (RemoteProcess command = new Streams(node, how).exec(container, true, "terminal", "123")) {
      command.resize(123, 45);
      assertEquals("123 45\r\n", text(command.stdout()), "the size, as the terminal shows it");
      assertEquals(0, command.awaitExit(), "exit code");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc Attach",
      says = "the url leads to the streams of the container's own program")
  @Covers({
    "AttachRequest.container_id",
    "AttachRequest.stdin",
    "AttachRequest.stdout",
    "AttachRequest.stderr",
    "AttachResponse.url",
    "ContainerConfig.stdin"
  })
  void anAttachmentHasTheStreamsOfTheProgramOverSpdy(RuntimeUnderTest node) throws Exception {
    anAttachmentHasTheStreamsOfTheProgram(node, Transport.SPDY);
  }

  @Test
  @Specification(
      document = "Kubernetes, remote command over WebSocket, version 5",
      says = "the url leads to the streams of the container's own program")
  @Covers({"AttachResponse.url"})
  void anAttachmentHasTheStreamsOfTheProgramOverWebSocket(RuntimeUnderTest node) throws Exception {
    anAttachmentHasTheStreamsOfTheProgram(node, Transport.WEB_SOCKET);
  }

  private static void anAttachmentHasTheStreamsOfTheProgram(RuntimeUnderTest node, Transport how)
      throws Exception {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    TestContainer container =
        pod.create(pod.containerConfig("main", "cat").setStdin(true).build()).start();
    try (RemoteProcess program = new Streams(node, how).attach(container)) {
      program.stdin().write("to and fro\n".getBytes(UTF_8));
      program.stdin().flush();
      assertEquals(
          "to and fro\n",
          new String(program.stdout().readNBytes("to and fro\n".length()), UTF_8),
          "what came back");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecResponse",
      says = "a url is good for one call")
  @Covers({"ExecResponse.url"})
  void aUrlIsGoodForOneCall(RuntimeUnderTest node) throws Exception {
    node.assumeRunsPrograms();
    TestContainer container = node.runPod().create("main", "pause").start();
    ExecRequest request =
        ExecRequest.newBuilder()
            .setContainerId(container.id())
            .addCmd(TestImage.PROGRAM)
            .addCmd("print")
            .setStdout(true)
            .build();
    String url = node.runtime().exec(request).getUrl();
    Streams streams = new Streams(node, Transport.SPDY);
    try (RemoteProcess command = streams.open(url, StreamSelection.of(request))) {
      assertEquals(0, command.awaitExit(), "exit code of the first call");
    }
    assertThrows(
        IOException.class,
        () -> streams.open(url, StreamSelection.of(request)).close(),
        "the second call had to be refused");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpcs Exec and Attach",
      says = "there is nothing to stream with a container that is not there")
  @Covers({"ExecRequest.container_id", "AttachRequest.container_id"})
  void streamsOfAContainerThatIsNotThereAreNotFound(RuntimeUnderTest node) {
    String nowhere = "0123456789abcdef";
    var exec = ExecRequest.newBuilder().setContainerId(nowhere).addCmd("x").setStdout(true).build();
    node.assertFails(Code.NOT_FOUND, () -> node.ifServed("Exec", () -> node.runtime().exec(exec)));
    var attach = AttachRequest.newBuilder().setContainerId(nowhere).setStdout(true).build();
    node.assertFails(
        Code.NOT_FOUND, () -> node.ifServed("Attach", () -> node.runtime().attach(attach)));
  }

  private static String text(InputStream stream) throws IOException {
    return new String(stream.readAllBytes(), UTF_8);
  }
}
