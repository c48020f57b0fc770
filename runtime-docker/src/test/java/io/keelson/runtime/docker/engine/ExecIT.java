package io.keelson.runtime.docker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.model.HostConfig;
import io.grpc.Status;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PrivateEngine.class)
class ExecIT {
  private final DockerEngine engine;
  private String container = "";

  ExecIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runContainer() throws Exception {
    BusyboxImage.load(engine);
    container =
        engine.call(
            "run a container",
            client -> {
              String id =
                  client
                      .createContainerCmd(BusyboxImage.NAME)
                      .withCmd("sleep", "600")
                      .withHostConfig(HostConfig.newHostConfig().withNetworkMode("none"))
                      .exec()
                      .getId();
              client.startContainerCmd(id).exec();
              return id;
            });
  }

  @AfterEach
  void removeContainer() throws Exception {
    engine.call(
        "remove the container",
        client -> client.removeContainerCmd(container).withForce(true).exec());
  }

  private ExecSyncResponse sh(String script, Duration timeout) throws InterruptedException {
    return ExecSync.run(engine, container, List.of("sh", "-c", script), timeout);
  }

  @Test
  void keepsBothStreamsApartAndReturnsTheExitStatus() throws Exception {
    ExecSyncResponse response = sh("echo out; echo err >&2; exit 3", Duration.ZERO);
    assertThat(response.getStdout().toStringUtf8()).isEqualTo("out\n");
    assertThat(response.getStderr().toStringUtf8()).isEqualTo("err\n");
    assertThat(response.getExitCode()).isEqualTo(3);
  }

  @Test
  void keepsSixteenMebibytesOfEachStreamAndDropsTheRest() throws Exception {
    ExecSyncResponse response =
        sh("dd if=/dev/zero bs=65536 count=300 2>/dev/null; echo end >&2", Duration.ofMinutes(1));
    assertThat(response.getStdout().size()).isEqualTo(Containers.EXEC_SYNC_OUTPUT_LIMIT);
    assertThat(response.getStderr().toStringUtf8()).isEqualTo("end\n");
  }

  @Test
  void killsACommandThatOutlivesItsTimeoutWithItsChildren() {
    long before = System.nanoTime();
    assertThatThrownBy(() -> sh("sleep 12345 & sh -c 'sleep 12345' ; true", Duration.ofMillis(300)))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED))
        .hasMessageContaining("300 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(3));
    await().atMost(Duration.ofSeconds(5)).until(() -> !hasProcessWithArgument("12345"));
  }

  @Test
  void anInterruptKillsTheCommand() throws Exception {
    FutureTask<ExecSyncResponse> call = new FutureTask<>(() -> sh("sleep 23456", Duration.ZERO));
    Thread caller = Thread.startVirtualThread(call);
    await().until(() -> hasProcessWithArgument("23456"));
    caller.interrupt();
    assertThatThrownBy(call::get).hasCauseInstanceOf(InterruptedException.class);
    await().atMost(Duration.ofSeconds(5)).until(() -> !hasProcessWithArgument("23456"));
  }

  private static boolean hasProcessWithArgument(String argument) {
    return ProcessHandle.allProcesses()
        .anyMatch(process ->
            List.of(process.info().arguments().orElse(new String[0])).contains(argument));
  }

  @Test
  void aProgramThatDoesNotExistIsAnErrorAndNotAnExitStatus() {
    assertThatThrownBy(() -> ExecSync.run(engine, container, List.of("/nope"), Duration.ZERO))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.UNKNOWN))
        .hasMessageContaining("/nope")
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> ExecSync.run(engine, "0".repeat(64), List.of("true"), Duration.ZERO))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void anExitStatusOf127FromAShellIsAnExitStatus() throws Exception {
    assertThat(sh("exit 127", Duration.ZERO).getExitCode()).isEqualTo(127);
  }

  @Test
  void eightMebibytesGoThroughStdinAndItsEndIsSeenWhileOutputFlows() throws Exception {
    byte[] input = new byte[8 * 1024 * 1024];
    new Random(1).nextBytes(input);
    String expected = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(input));
    try (ExecSession session =
        ExecSession.start(
            engine,
            container,
            new ExecSession.Command(
                List.of("sh", "-c", "sha256sum; echo done >&2; exit 5"), false, true))) {
      Thread.startVirtualThread(() -> writeAndClose(session.stream().stdin(), input));
      ByteArrayOutputStream stdout = new ByteArrayOutputStream();
      ByteArrayOutputStream stderr = new ByteArrayOutputStream();
      session.stream().copyOutput(stdout, stderr);
      assertThat(stdout.toString(StandardCharsets.UTF_8)).startsWith(expected);
      assertThat(stderr.toString(StandardCharsets.UTF_8)).isEqualTo("done\n");
      assertThat(session.awaitExit(Duration.ofSeconds(10))).isEqualTo(5);
    }
  }

  private static void writeAndClose(OutputStream stdin, byte[] input) {
    try (stdin) {
      stdin.write(input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aTerminalHasOneStreamAndTheSizeItIsGiven() throws Exception {
    try (ExecSession session =
        ExecSession.start(
            engine,
            container,
            new ExecSession.Command(
                List.of("sh", "-c", "read x; stty size; echo e >&2"), true, true))) {
      session.resize(91, 33);
      session.stream().stdin().write("\n".getBytes(StandardCharsets.UTF_8));
      ByteArrayOutputStream stdout = new ByteArrayOutputStream();
      session.stream().copyOutput(stdout, OutputStream.nullOutputStream());
      assertThat(stdout.toString(StandardCharsets.UTF_8)).contains("33 91").contains("e\r\n");
      assertThat(session.awaitExit(Duration.ofSeconds(10))).isZero();
    }
  }
}
