package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson up} without root and without an engine: pods only pretend to run. */
final class UpCommandTest {
  private static final Path EXAMPLE = Path.of("..", "examples", "hello.yaml").toAbsolutePath();

  @TempDir private Path folder;
  private Path temporary = Path.of("");

  @BeforeEach
  void makeAFolderForTemporaryFiles() throws IOException {
    temporary = Files.createDirectory(folder.resolve("tmp"));
  }

  private KeelsonProcess up(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of("up", "--handler", "fake"));
    all.addAll(List.of(words));
    return KeelsonProcess.start(
        folder, List.of("-Djava.io.tmpdir=" + temporary), all.toArray(String[]::new));
  }

  private Path manifest(String name, String image) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".yaml"),
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: %s
        spec:
          containers:
            - name: main
              image: %s
        """
            .formatted(name, image));
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left).as("temporary files").isEmpty();
    }
  }

  @Test
  void theExampleComesUpAndIsRemoved() throws Exception {
    try (KeelsonProcess up = up("--once", EXAMPLE.toString())) {
      assertThat(up.awaitExit()).as(up::output).isZero();

      assertThat(up.output())
          .contains("pods only pretend to run")
          .containsPattern("hello +Running, ready, pod IP 10\\.88\\.0\\.\\d+")
          .containsPattern("hello writer +\\| started: /bin/sh -c")
          .containsPattern("hello web +\\| started: /bin/httpd -f")
          .containsSubsequence("all pods are up; removing them", "hello                removed");
      assertNothingIsLeft();
    }
  }

  @Test
  void severalPodsComeUpTogether() throws Exception {
    try (KeelsonProcess up =
        up("--once", manifest("one", "a").toString(), manifest("two", "b").toString())) {
      assertThat(up.awaitExit()).as(up::output).isZero();

      assertThat(up.output())
          .containsPattern("one +Running, ready")
          .containsPattern("two +Running, ready")
          .containsPattern("one +removed")
          .containsPattern("two +removed");
      assertNothingIsLeft();
    }
  }

  @Test
  void aPodThatDoesNotComeUpInTimeIsToldWithTheReasonAndRemoved() throws Exception {
    try (KeelsonProcess up =
        up(
            "--once",
            "--timeout",
            "2s",
            manifest("good", "a").toString(),
            manifest("bad", "missing/image").toString())) {
      assertThat(up.awaitExit()).isEqualTo(1);

      assertThat(up.output())
          .containsPattern("not all pods were up within 2 s: default/bad: Pending.*missing/image")
          .doesNotContain("default/good: ")
          .contains("removing the pods")
          .containsPattern("bad +removed")
          .containsPattern("good +removed")
          .doesNotContain("all pods are up");
      assertNothingIsLeft();
    }
  }

  @Test
  void theFirstCtrlCEndsThePodsAndIsNoFailure() throws Exception {
    try (KeelsonProcess up = up(manifest("web", "a").toString())) {
      up.awaitOutput("Ctrl-C ends and removes all of it");
      up.signal("INT");

      assertThat(up.awaitExit()).as(up::output).isZero();
      assertThat(up.output())
          .contains("ending; a second Ctrl-C kills the pods at once")
          .containsPattern("web main +\\| ended with exit code 0")
          .containsPattern("web +removed");
      assertNothingIsLeft();
    }
  }

  @Test
  void ctrlCBeforeThePodsAreUpEndsToo() throws Exception {
    try (KeelsonProcess up = up(manifest("bad", "missing/image").toString())) {
      up.awaitOutput("missing/image");
      up.signal("INT");

      assertThat(up.awaitExit()).as(up::output).isZero();
      assertThat(up.output()).containsPattern("bad +removed");
      assertNothingIsLeft();
    }
    try (KeelsonProcess once = up("--once", manifest("bad", "missing/image").toString())) {
      once.awaitOutput("missing/image");
      once.signal("INT");

      assertThat(once.awaitExit()).as("--once asks whether they come up").isEqualTo(1);
      assertNothingIsLeft();
    }
  }

  @Test
  void ctrlCDoesNotHideThatPodsNeverCameUp() throws Exception {
    try (KeelsonProcess up = up("--timeout", "1s", manifest("bad", "missing/image").toString())) {
      up.awaitOutput("not all pods were up within 1 s");
      up.awaitOutput("Ctrl-C ends and removes all of it");
      up.signal("INT");

      assertThat(up.awaitExit()).isEqualTo(1);
      assertNothingIsLeft();
    }
  }

  @Test
  void aMalformedManifestIsRefusedByFileLineAndKeyBeforeAnythingStarts() throws Exception {
    Path file = manifest("web", "a");
    Files.writeString(file, Files.readString(file).replace("image:", "imagge:"));

    CommandRun run = CommandRun.of("up", "--handler", "fake", "--once", file.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err())
        .startsWith("keelson: " + file + ":8: spec.containers[0].imagge: ")
        .contains("image");
  }

  @Test
  void everyBadFileIsTold() throws Exception {
    Path missing = folder.resolve("none.yaml");
    Path service = Files.writeString(folder.resolve("svc.yaml"), "apiVersion: v1\nkind: Service\n");

    CommandRun run = CommandRun.of("up", "--once", missing.toString(), service.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains(missing + ": there is no such file")
        .contains(service + ":2: kind: ");
  }

  @Test
  void onePodCannotBeAskedForTwice() throws Exception {
    Path first = manifest("web", "a");
    Path second = Files.copy(first, folder.resolve("again.yaml"));

    CommandRun run = CommandRun.of("up", "--once", first.toString(), second.toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err()).contains(second + ": ").contains("a pod default/web").contains("already");
  }
}
