package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.Signal;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the program of a container is run, and how it ends. */
@ExtendWith(GivesRuntime.class)
public final class Programs {
  private static final String COMMAND_LINE = "/proc/1/cmdline";
  private static final String FOLDER = "/proc/1/cwd";
  private static final String[] STREAMS = {"links", "/proc/1/fd/0", "/proc/1/fd/1", "/proc/1/fd/2"};

  /** Called by JUnit. */
  Programs() {}

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says =
          "command replaces the image's entrypoint, args its arguments; args are kept only without command")
  @Covers({"ContainerConfig.command", "ContainerConfig.args"})
  void commandAndArgumentsReplaceThoseOfTheImage(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assertEquals(
        "/program\0pause\0",
        start(pod, "neither", config -> config.clearCommand().clearArgs()).read(COMMAND_LINE),
        "command line with neither");
    assertEquals(
        "/program\0stay\0",
        start(pod, "args", config -> config.clearCommand().clearArgs().addArgs("stay"))
            .read(COMMAND_LINE),
        "command line with args, after the image's entrypoint");
    assertEquals(
        "/program\0signal\0",
        start(
                pod,
                "command",
                config ->
                    config.clearCommand().clearArgs().addCommand("/program").addCommand("signal"))
            .read(COMMAND_LINE),
        "command line with command, without the image's arguments");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says = "envs are added to those of the image, and win")
  @Covers({"ContainerConfig.envs", "KeyValue.key", "KeyValue.value"})
  void theProgramHasTheVariables(RuntimeUnderTest node) {
    var container =
        start(
            node.runPod(),
            "main",
            config ->
                config
                    .addEnvs(variable("GREETING", "hello, = world"))
                    .addEnvs(variable("EMPTY", ""))
                    .addEnvs(variable("PATH", "/elsewhere")));
    List<String> variables = List.of(container.read("/proc/1/environ").split("\0", -1));
    assertTrue(variables.contains("GREETING=hello, = world"), "GREETING among " + variables);
    assertTrue(variables.contains("EMPTY="), "EMPTY among " + variables);
    assertTrue(variables.contains("PATH=/elsewhere"), "PATH, given, among " + variables);
    assertFalse(variables.contains("PATH=/"), "PATH, of the image, among " + variables);
  }

  private static KeyValue variable(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(ByteString.copyFromUtf8(value)).build();
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says =
          "working_dir is the program's current folder, made when the image lacks it; without it, the image's")
  @Covers({"ContainerConfig.working_dir"})
  void theProgramBeginsInItsFolder(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assertEquals(
        "/data",
        start(pod, "given", config -> config.setWorkingDir("/data")).run("links", FOLDER).strip(),
        "current folder");
    assertEquals(
        "/made/here",
        start(pod, "made", config -> config.setWorkingDir("/made/here"))
            .run("links", FOLDER)
            .strip(),
        "current folder that the image lacks");
    assertEquals(
        "/", start(pod, "usual", config -> {}).run("links", FOLDER).strip(), "the image's folder");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says = "tty gives the program a terminal")
  @Covers({"ContainerConfig.tty"})
  void theProgramHasATerminalWhenAskedFor(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    String terminal = "/dev/(pts/[0-9]+|console)";
    for (String stream :
        start(pod, "with", config -> config.setTty(true)).run(STREAMS).strip().split("\n", -1)) {
      assertTrue(stream.matches(terminal), "a terminal is expected, there is " + stream);
    }
    for (String stream : start(pod, "without", config -> {}).run(STREAMS).strip().split("\n", -1)) {
      assertFalse(stream.matches(terminal), "no terminal is expected, there is " + stream);
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says = "stdin keeps the program's input open; without it there is nothing to read")
  @Covers({"ContainerConfig.stdin"})
  void theInputIsOpenOnlyWhenAskedFor(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var closed = pod.create("closed", "cat").start();
    assertEquals(0, closed.awaitExit().getExitCode(), "exit code of a program that reads no input");
    var open = pod.create(pod.containerConfig("open", "cat").setStdin(true).build()).start();
    assertEquals(
        ContainerState.CONTAINER_RUNNING,
        open.status().getState(),
        "state of a program that waits for input");
    open.stop(0);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says =
          "stop_signal is sent by StopContainer in place of the image's or of SIGTERM, and told in the status")
  @Covers({"ContainerConfig.stop_signal"})
  void theProgramIsStoppedWithItsSignal(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var usual = pod.create("usual", "signal").start();
    awaitHandlers(node, usual);
    usual.stop(10);
    assertEquals(15, usual.status().getExitCode(), "the signal that the program got, SIGTERM");
    var config =
        pod.containerConfig("special", "signal").setStopSignal(Signal.SIGNAL_SIGUSR1).build();
    var special = pod.create(config).start();
    awaitHandlers(node, special);
    special.stop(10);
    assertEquals(10, special.status().getExitCode(), "the signal that the program got, SIGUSR1");
  }

  private static void awaitHandlers(RuntimeUnderTest node, TestContainer container) {
    node.await(
        "the program handles signals",
        () -> Long.parseUnsignedLong(container.program().field("SigCgt"), 16) != 0);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says = "stop_signal is the one that StopContainer sends")
  @Covers({"ContainerStatus.stop_signal"})
  void theStatusTellsTheStopSignal(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "pause").setStopSignal(Signal.SIGNAL_SIGUSR1).build();
    assertEquals(Signal.SIGNAL_SIGUSR1, pod.create(config).status().getStopSignal(), "stop_signal");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopContainer",
      says = "a program that does not end within the grace period is killed")
  @Covers({"StopContainerRequest.timeout", "ContainerStatus.exit_code"})
  void aProgramThatDoesNotEndIsKilledAfterTheGrace(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    var container = node.runPod().create("main", "stay").start();
    node.await(
        "the program ignores signals",
        () -> Long.parseUnsignedLong(container.program().field("SigIgn"), 16) != 0);
    long begin = System.nanoTime();
    container.stop(1);
    long millis = (System.nanoTime() - begin) / 1_000_000;
    assertEquals(137, container.status().getExitCode(), "exit_code, 128 + SIGKILL");
    assertTrue(millis >= 1000, "it had a second to end, and was killed after ms: " + millis);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says = "exit_code of a program that a signal ended is 128 and the signal")
  @Covers({"ContainerStatus.exit_code", "ContainerStatus.reason"})
  void aProgramThatCrashesEndsWithItsSignal(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    var status = node.runPod().create("main", "crash").start().awaitExit();
    assertEquals(139, status.getExitCode(), "exit_code, 128 + SIGSEGV");
    assertEquals("Error", status.getReason(), "reason");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says = "reason and message say why a container could not be started")
  @Covers({"ContainerStatus.reason", "ContainerStatus.message", "ContainerStatus.exit_code"})
  void aProgramThatIsNotThereCannotBeStarted(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    var config = pod.containerConfig("main").clearCommand().addCommand("/no-such-program").build();
    var container = pod.create(config);
    node.assertRejected(container::start);
    var status = container.awaitExit();
    assertNotEquals(0, status.getExitCode(), "exit_code");
    assertTrue(status.getReason().matches("[A-Z][A-Za-z]+"), "reason: " + status.getReason());
    assertTrue(
        status.getMessage().contains("/no-such-program"),
        "message names the program: " + status.getMessage());
  }

  private static TestContainer start(
      Pod pod, String name, Consumer<ContainerConfig.Builder> change) {
    var config = pod.containerConfig(name, "pause");
    change.accept(config);
    return pod.create(config.build()).start();
  }
}
