package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.conformance.image.TestImage;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** ExecSync. */
@ExtendWith(GivesRuntime.class)
public final class SynchronousCommands {
  private static final int LARGE = 1_000_000;

  /** Called by JUnit. */
  SynchronousCommands() {}

  @Test
  @Specification(
      document = "CRI api.proto, message ExecSyncResponse",
      says = "stdout and stderr are captured apart")
  @Covers({
    "ExecSyncRequest.container_id",
    "ExecSyncRequest.cmd",
    "ExecSyncResponse.stdout",
    "ExecSyncResponse.stderr"
  })
  void outputAndErrorsOfACommandComeApart(RuntimeUnderTest node) {
    ExecSyncResponse reply = running(node).outcome("lines", "4");
    assertEquals("line 1\nline 3\n", reply.getStdout().toStringUtf8(), "stdout");
    assertEquals("line 2\nline 4\n", reply.getStderr().toStringUtf8(), "stderr");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecSyncResponse",
      says = "exit_code is that of the command, and no error of the call")
  @Covers({"ExecSyncResponse.exit_code"})
  void theExitCodeOfACommandIsAnAnswerAndNoError(RuntimeUnderTest node) {
    TestContainer container = running(node);
    assertEquals(0, container.outcome("exit", "0").getExitCode(), "exit_code of a good end");
    assertEquals(42, container.outcome("exit", "42").getExitCode(), "exit_code");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecSyncResponse",
      says = "output is there to the last byte")
  @Covers({"ExecSyncResponse.stdout"})
  void aLargeOutputIsThereToTheLastByte(RuntimeUnderTest node) {
    String output = running(node).run("fill", Integer.toString(LARGE));
    assertEquals(LARGE + 1, output.length(), "bytes of stdout");
    assertTrue(output.endsWith("x\n"), "the end of stdout is another");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecSyncRequest",
      says = "after timeout seconds the command is killed, and the call fails")
  @Covers({"ExecSyncRequest.timeout"})
  void aCommandThatTakesTooLongIsKilledAndTheContainerRunsOn(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    TestContainer container = running(node);
    long start = System.nanoTime();
    node.assertFails(
        Code.DEADLINE_EXCEEDED, () -> node.runtime().execSync(request(container.id(), 1, "pause")));
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(
        took.toMillis() >= 900 && took.toSeconds() < 15,
        "a command with a timeout of 1 s ended after " + took.toMillis() + " ms");
    assertEquals(
        ContainerState.CONTAINER_RUNNING, container.status().getState(), "state of the container");
    assertEquals("still here\n", container.run("print", "still", "here"), "another command");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecSyncRequest",
      says = "container_id names a container that is there and runs")
  @Covers({"ExecSyncRequest.container_id"})
  void aCommandInAContainerThatDoesNotRunIsRejected(RuntimeUnderTest node) {
    var pod = node.runPod();
    var created = pod.create("main", "pause");
    node.assertRejected(() -> node.runtime().execSync(request(created.id(), 5, "print")));
    node.assertFails(
        Code.NOT_FOUND, () -> node.runtime().execSync(request("0123456789abcdef", 5, "print")));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ExecSyncRequest",
      says = "a command that cannot be run has not succeeded")
  @Covers({"ExecSyncRequest.cmd"})
  void aCommandThatIsNotThereDoesNotSucceed(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    var request =
        ExecSyncRequest.newBuilder()
            .setContainerId(running(node).id())
            .addCmd("/no/such/program")
            .setTimeout(10)
            .build();
    try {
      assertTrue(node.runtime().execSync(request).getExitCode() != 0, "exit_code is 0");
    } catch (StatusRuntimeException e) {
      node.assertRejected(() -> {
        throw e;
      });
    }
  }

  private static TestContainer running(RuntimeUnderTest node) {
    return node.runPod().create("main", "pause").start();
  }

  private static ExecSyncRequest request(String container, int timeout, String... arguments) {
    return ExecSyncRequest.newBuilder()
        .setContainerId(container)
        .addCmd(TestImage.PROGRAM)
        .addAllCmd(List.of(arguments))
        .setTimeout(timeout)
        .build();
  }
}
