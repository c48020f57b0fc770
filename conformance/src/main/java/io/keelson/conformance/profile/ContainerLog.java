package io.keelson.conformance.profile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.StatusRuntimeException;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.LogLines;
import io.keelson.conformance.fixture.LogLines.Line;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.ReopenContainerLogRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The log files of containers, to the byte. */
@ExtendWith(GivesRuntime.class)
public final class ContainerLog {
  private static final int LONG_LINE = 100_000;
  private static final int COUNT = 20_000;
  private static final int ROTATIONS = 3;

  /** Called by JUnit. */
  ContainerLog() {}

  @Test
  @Specification(
      document = "Kubernetes, CRI container log format",
      says = "a line has time, stream, tag and content, with a space between them")
  @Covers({
    "ContainerConfig.log_path",
    "PodSandboxConfig.log_directory",
    "ContainerStatus.log_path"
  })
  void linesOfBothStreamsAreInTheLogInTheirOrder(RuntimeUnderTest node) throws IOException {
    TestContainer container = finished(node, "lines", "200");
    List<Line> lines = LogLines.read(Path.of(container.status().getLogPath()));
    for (String stream : List.of("stdout", "stderr")) {
      int first = stream.equals("stdout") ? 1 : 2;
      assertEquals(
          IntStream.iterate(first, i -> i <= 200, i -> i + 2).mapToObj(i -> "line " + i).toList(),
          lines.stream().filter(line -> line.stream().equals(stream)).map(Line::content).toList(),
          "what the log has of " + stream);
    }
    assertTrue(lines.stream().noneMatch(Line::partial), "a short line has the tag P");
  }

  @Test
  @Specification(
      document = "Kubernetes, CRI container log format",
      says = "the time is that of the writing, in RFC 3339 form with nanoseconds")
  @Covers({"ContainerConfig.log_path"})
  void timesOfLinesAreThoseOfTheirWritingAndDoNotGoBack(RuntimeUnderTest node) throws IOException {
    Instant before = Instant.now().minusSeconds(5);
    TestContainer container = finished(node, "count", "1000");
    Instant last = before;
    for (Line line : LogLines.read(Path.of(container.status().getLogPath()))) {
      assertFalse(line.time().isBefore(last), "the time of a line is before that of the last one");
      last = line.time();
    }
    assertTrue(last.isBefore(Instant.now().plusSeconds(5)), "the last line is of the future");
  }

  @Test
  @Specification(
      document = "Kubernetes, CRI container log format",
      says = "the parts of a line have the tag P, and the last one F")
  @Covers({"ContainerConfig.log_path"})
  void theLastPartOfALongLineAndNoOtherIsMarkedAsItsEnd(RuntimeUnderTest node) throws IOException {
    TestContainer container = finished(node, "fill", Integer.toString(LONG_LINE));
    List<Line> lines = LogLines.read(Path.of(container.status().getLogPath()));
    assertEquals(
        "x".repeat(LONG_LINE),
        lines.stream().map(Line::content).collect(Collectors.joining()),
        "the parts put together");
    assertFalse(lines.getLast().partial(), "the last part has the tag P");
    assertTrue(
        lines.subList(0, lines.size() - 1).stream().allMatch(Line::partial),
        "a part before the last one has the tag F");
  }

  @Test
  @Specification(
      document = "Kubernetes, CRI container log format",
      says = "what a container writes is in its log, also without a newline at the end")
  @Covers({"ContainerConfig.log_path"})
  void anEndWithoutANewlineIsInTheLog(RuntimeUnderTest node) throws IOException {
    TestContainer container = finished(node, "word", "unfinished");
    List<Line> lines = LogLines.read(Path.of(container.status().getLogPath()));
    assertEquals(List.of("unfinished"), lines.stream().map(Line::content).toList(), "the log");
  }

  @Test
  @Specification(
      document = "Kubernetes, CRI container log format",
      says = "content is the bytes that were written, whatever they mean")
  @Covers({"ContainerConfig.log_path"})
  void bytesThatAreNoTextAreInTheLogAsTheyAre(RuntimeUnderTest node) throws IOException {
    TestContainer container = finished(node, "bytes");
    byte[] expected = new byte[255];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = (byte) (i < '\n' ? i : i + 1);
    }
    assertEquals(
        new String(expected, ISO_8859_1),
        LogLines.read(Path.of(container.status().getLogPath())).stream()
            .map(Line::content)
            .collect(Collectors.joining()),
        "the log");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc ReopenContainerLog",
      says = "after the file was renamed, further output goes to a new file of the old name")
  @Covers({"ReopenContainerLogRequest.container_id"})
  void rotationLosesNoLineAndDoublesNone(RuntimeUnderTest node) throws IOException {
    node.assumeRunsPrograms();
    Pod pod = node.runPod();
    TestContainer container = pod.create("main", "count", Integer.toString(COUNT)).start();
    Path log = Path.of(container.status().getLogPath());
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < ROTATIONS && !hasEnded(container); i++) {
      node.await("the log has content", () -> size(log) > 0 || hasEnded(container));
      Path rotated = log.resolveSibling("rotated." + i);
      Files.move(log, rotated);
      files.add(rotated);
      if (!reopened(node, container)) {
        break;
      }
      node.await("the log has its old name again", () -> Files.exists(log));
    }
    container.awaitExit();
    files.add(log);
    List<String> numbers = new ArrayList<>();
    for (Path file : files) {
      if (Files.exists(file)) {
        LogLines.read(file).forEach(line -> numbers.add(line.content()));
      }
    }
    assertEquals(
        LongStream.rangeClosed(1, COUNT).mapToObj(Long::toString).toList(),
        numbers,
        "the numbers in %d files".formatted(files.size()));
  }

  /** A container that ends meanwhile has no log to reopen. */
  private static boolean reopened(RuntimeUnderTest node, TestContainer container) {
    try {
      node.runtime()
          .reopenContainerLog(
              ReopenContainerLogRequest.newBuilder().setContainerId(container.id()).build());
      return true;
    } catch (StatusRuntimeException e) {
      if (hasEnded(container)) {
        return false;
      }
      throw e;
    }
  }

  private static boolean hasEnded(TestContainer container) {
    return container.status().getFinishedAt() > 0;
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc ReopenContainerLog",
      says = "only a running container has a log to reopen")
  @Covers({"ReopenContainerLogRequest.container_id"})
  void theLogOfAContainerThatDoesNotRunIsNotReopened(RuntimeUnderTest node) {
    TestContainer container = node.runPod().create("main", "pause");
    var request = ReopenContainerLogRequest.newBuilder().setContainerId(container.id()).build();
    node.assertRejected(() -> node.ifServed("ReopenContainerLog", () -> reopen(node, request)));
  }

  private static Object reopen(RuntimeUnderTest node, ReopenContainerLogRequest request) {
    return node.runtime().reopenContainerLog(request);
  }

  private static TestContainer finished(RuntimeUnderTest node, String... arguments) {
    node.assumeRunsPrograms();
    TestContainer container = node.runPod().create("main", arguments).start();
    container.awaitExit();
    return container;
  }
}
