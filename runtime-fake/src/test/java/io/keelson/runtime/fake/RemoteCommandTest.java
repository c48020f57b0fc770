package io.keelson.runtime.fake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.client.RemoteProcess;
import io.keelson.runtime.streaming.client.StreamingClient;
import io.keelson.runtime.streaming.client.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Exec and attach from end to end, over both transports. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class RemoteCommandTest {
  @TempDir private Path folder;
  private StreamingNode node;

  @BeforeEach
  void serve() throws Exception {
    node = StreamingNode.start(folder);
  }

  /** Whatever a test does, nothing of its clients may be left. */
  @AfterEach
  void nothingIsLeft() {
    await().until(() -> node.server().streamingConnections() == 0);
    assertThat(node.backend().openSessions()).isZero();
    node.close();
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), UTF_8);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
  }

  @ParameterizedTest
  @EnumSource
  void outputErrorsAndExitCodeArriveApart(Transport transport) throws Exception {
    try (RemoteProcess process = node.exec(transport, StreamingNode.ALL, "sh")) {
      write(process.stdin(), "hello world\ncomplain about it\nexit 3\n");

      assertThat(text(process.stdout())).isEqualTo("hello world\n");
      assertThat(text(process.stderr())).isEqualTo("about it\n");
      assertThat(process.awaitExit()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theEndOfInputReachesTheCommandWhileOutputGoesOn(Transport transport) throws Exception {
    byte[] sent = new byte[8 * 1024 * 1024];
    new Random(1).nextBytes(sent);
    try (RemoteProcess process = node.exec(transport, StreamingNode.ALL, "cat")) {
      Thread.startVirtualThread(() -> {
        try (OutputStream stdin = process.stdin()) {
          stdin.write(sent);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });

      assertThat(Arrays.equals(process.stdout().readAllBytes(), sent)).isTrue();
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aTerminalHearsOfItsSizes(Transport transport) throws Exception {
    try (RemoteProcess process = node.exec(transport, StreamingNode.TERMINAL, "sh")) {
      process.resize(80, 24);
      process.resize(65535, 0);
      write(process.stdin(), "terminal\nterminal\nexit 0\n");

      assertThat(text(process.stdout())).isEqualTo("80 24\n65535 0\n");
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyStreamsThatWereAskedForAreThere(Transport transport) throws Exception {
    StreamSelection errorsOnly = new StreamSelection(false, false, true, false);
    try (RemoteProcess process = node.exec(transport, errorsOnly, "complain", "loudly")) {
      assertThat(text(process.stderr())).isEqualTo("loudly\n");
      assertThat(text(process.stdout())).isEmpty();
      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void attachingEndsWellWithItsContainer(Transport transport) throws Exception {
    try (RemoteProcess process = node.attach(transport)) {
      write(process.stdin(), "to be repeated");
      assertThat(process.stdout().readNBytes(14)).asString(UTF_8).isEqualTo("to be repeated");

      node.backend().exitContainer(node.container(), 7);

      assertThat(process.awaitExit()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aContainerThatIsGoneByThenIsAFailureWithItsReason(Transport transport) throws Exception {
    URI url = node.execUrl(StreamingNode.ALL, "cat");
    node.backend().exitContainer(node.container(), 0);
    try (RemoteProcess process =
        new StreamingClient(transport, null).open(url, StreamingNode.ALL)) {
      assertThatThrownBy(process::awaitExit)
          .hasMessageStartingWith("Internal error occurred: error executing command in container:")
          .hasMessageContaining("does not run");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatDropsItsConnectionEndsTheCommand(Transport transport) throws Exception {
    RemoteProcess process = node.exec(transport, StreamingNode.ALL, "sleep");
    await().until(() -> node.backend().openSessions() == 1);

    process.close();

    await().until(() -> node.backend().openSessions() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void aSlowReaderHoldsUpTheCommandInsteadOfFillingMemory(Transport transport) throws Exception {
    long size = 64L * 1024 * 1024;
    StreamSelection outputOnly = new StreamSelection(false, true, false, false);
    try (RemoteProcess process = node.exec(transport, outputOnly, "print", Long.toString(size))) {
      long before = usedMemory();
      await().during(Duration.ofMillis(300)).until(() -> node.backend().openSessions() == 1);
      assertThat(usedMemory() - before).isLessThan(size / 2);

      long read = 0;
      byte[] block = new byte[65536];
      for (int n = process.stdout().read(block); n >= 0; n = process.stdout().read(block)) {
        read += n;
      }
      assertThat(read).isEqualTo(size);
      assertThat(process.awaitExit()).isZero();
    }
  }

  private static long usedMemory() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @ParameterizedTest
  @EnumSource
  void theServersEndEndsItsCommands(Transport transport) throws Exception {
    try (RemoteProcess process = node.exec(transport, StreamingNode.ALL, "sleep")) {
      await().until(() -> node.backend().openSessions() == 1);

      node.server().close();

      assertThat(node.backend().openSessions()).isZero();
      assertThatThrownBy(process::awaitExit).isInstanceOf(IOException.class);
    }
  }
}
