package io.keelson.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Logs under a kubelet that renames them and has them reopened while a container writes. */
@ExtendWith(PrivateEngine.class)
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class LogRotationIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int LINES = 400_000;
  private static final int LONG_LINE = 40_000;
  private static final int PIECE_LIMIT = 16_384;

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestPod pod;

  LogRotationIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    pod = TestPod.run(folder, engine);
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    pod.close();
  }

  @Test
  void everyLineIsThereOnceAndInOrderHoweverOftenTheLogIsRotated() throws Exception {
    String container =
        pod.start(
            "seq 1 %1$d; head -c %2$d /dev/zero | tr '\\0' x; echo; seq 1 %1$d"
                .formatted(LINES, LONG_LINE));
    Path log = pod.log("main");
    List<Path> files = new ArrayList<>();
    while (pod.runs(container)) {
      Path rotated = log.resolveSibling("0.log.%05d".formatted(files.size()));
      Files.move(log, rotated);
      try {
        pod.backend().reopenContainerLog(container);
        files.add(rotated);
        assertThat(log).exists();
      } catch (CriException e) {
        // It has just ended; a kubelet takes its renaming back.
        Files.move(rotated, log);
      }
    }
    files.add(log);

    assertThat(files).hasSizeGreaterThan(10);
    List<String> lines = lines(files);
    assertThat(lines).hasSize(2 * LINES + 1);
    assertThat(lines.get(LINES)).isEqualTo("x".repeat(LONG_LINE));
    for (int i = 0; i < LINES; i++) {
      assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
      assertThat(lines.get(LINES + 1 + i)).isEqualTo(Integer.toString(i + 1));
    }
  }

  /** The lines that the pieces in these files make up. */
  private static List<String> lines(List<Path> files) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (Path file : files) {
      for (String entry : Files.readAllLines(file, UTF_8)) {
        String[] fields = entry.split(" ", 4);
        assertThat(Instant.parse(fields[0])).isBefore(Instant.now());
        assertThat(fields[1]).isEqualTo("stdout");
        assertThat(fields[2]).isIn("P", "F");
        assertThat(fields[3]).hasSizeLessThanOrEqualTo(PIECE_LIMIT);
        line.append(fields[3]);
        if (fields[2].equals("F")) {
          lines.add(line.toString());
          line.setLength(0);
        }
      }
    }
    assertThat(line).isEmpty();
    return lines;
  }

  @Test
  void onlyTheLogOfARunningContainerIsReopened() throws Exception {
    String container = pod.start("echo done");
    await().atMost(LIMIT).until(() -> !pod.runs(container));

    assertThatThrownBy(() -> pod.backend().reopenContainerLog(container))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining(container);
  }
}
