package io.keelson.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.linux.NativeProcessGroups;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessPluginInvokerTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Duration SHORT = Duration.ofMillis(1_500);

  private final PluginInvoker invoker =
      new ProcessPluginInvoker(new NativeProcessGroups(), Duration.ofMillis(20));

  @TempDir Path directory;

  @Test
  void inputEnvironmentOutputErrorsAndStatusPassThrough() throws Exception {
    Path program = program("cat; echo \"$CNI_COMMAND\"; echo oops >&2; exit 7");

    PluginOutcome outcome =
        invoker.invoke(
            new PluginCall(program, Map.of("CNI_COMMAND", "ADD"), "input\n".getBytes(UTF_8), LONG));

    assertThat(new String(outcome.output(), UTF_8)).isEqualTo("input\nADD\n");
    assertThat(outcome.errors()).isEqualTo("oops\n");
    assertThat(outcome.exitStatus()).isEqualTo(7);
  }

  @Test
  void aPluginThatReadsNothingOfALargeInputStillEnds() throws Exception {
    Path program = program("echo done");

    PluginOutcome outcome =
        invoker.invoke(new PluginCall(program, Map.of(), new byte[1 << 20], LONG));

    assertThat(new String(outcome.output(), UTF_8)).isEqualTo("done\n");
  }

  @Test
  void aSlowPluginIsKilledWithEverythingItStarted() throws Exception {
    Path program =
        program("sleep 600 & echo $! > pids; (sleep 600 & echo $! >> pids); echo $$ >> pids; wait");

    assertThatThrownBy(() -> invoke(program, SHORT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1500 ms");

    assertAllGone(Files.readAllLines(directory.resolve("pids")), 3);
  }

  @Test
  void aProcessThatKeepsThePipesOfADeadPluginOpenDoesNotHoldItUp() throws Exception {
    Path program = program("sleep 600 & echo $! > pids; echo result");
    try {
      PluginOutcome outcome = invoke(program, LONG);

      assertThat(outcome.exitStatus()).isZero();
      assertThat(new String(outcome.output(), UTF_8)).isEqualTo("result\n");
    } finally {
      long left = Long.parseLong(Files.readString(directory.resolve("pids")).strip());
      ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  @Test
  void endlessOutputIsCutOffLongBeforeTheTimeLimit() throws Exception {
    Path program = program("echo $$ > pids; exec cat /dev/zero");

    assertThatThrownBy(() -> invoke(program, LONG))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("more than 1048576 bytes");

    assertAllGone(Files.readAllLines(directory.resolve("pids")), 1);
  }

  @Test
  void ofMuchStandardErrorTheEndIsKept() throws Exception {
    Path program = program("head -c 3000000 /dev/zero >&2; echo the end >&2");

    PluginOutcome outcome = invoke(program, LONG);

    assertThat(outcome.errors())
        .hasSize(ProcessPluginInvoker.MAX_ERROR_BYTES)
        .endsWith("the end\n");
  }

  @Test
  void anInterruptKillsThePlugin() throws Exception {
    Path program = program("echo $$ > pids; sleep 600");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                invoke(program, LONG);
              } catch (Exception e) {
                thrown.set(e);
              }
            });
    Path pids = directory.resolve("pids");
    await().until(() -> Files.exists(pids) && Files.size(pids) > 0);

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertAllGone(Files.readAllLines(pids), 1);
  }

  @Test
  void aProgramThatIsBeingWrittenIsTriedAgainForAWhile() throws Exception {
    Path program = program("echo done");
    long start = System.nanoTime();
    try (OutputStream busy = Files.newOutputStream(program, StandardOpenOption.APPEND)) {
      busy.flush();
      PluginOutcome outcome = invoke(program, LONG);

      assertThat(outcome.exitStatus()).isNotZero();
      assertThat(outcome.errors()).containsIgnoringCase("text file busy");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isGreaterThan(Duration.ofMillis(5 * 20));
    }

    assertThat(invoke(program, LONG).exitStatus()).isZero();
  }

  @Test
  void whatIsNoProgramIsNamedInTheErrors() throws Exception {
    Path program = directory.resolve("data");
    Files.writeString(program, "not a program");

    PluginOutcome outcome = invoke(program, LONG);

    assertThat(outcome.exitStatus()).isNotZero();
    assertThat(outcome.errors()).contains(program.toString());
  }

  private PluginOutcome invoke(Path program, Duration limit) throws Exception {
    return invoker.invoke(new PluginCall(program, Map.of(), "{}".getBytes(UTF_8), limit));
  }

  private Path program(String shell) throws IOException {
    Path program = directory.resolve("plugin");
    Files.writeString(program, "#!/bin/sh\ncd " + directory + "\n" + shell + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  private static void assertAllGone(List<String> pids, int count) {
    assertThat(pids).hasSize(count);
    await()
        .until(() ->
            pids.stream()
                .noneMatch(pid -> ProcessHandle.of(Long.parseLong(pid.strip())).isPresent()));
  }
}
