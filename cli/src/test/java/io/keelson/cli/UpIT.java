package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson up} with real pods, as a process of its own, and what it leaves: nothing. */
final class UpIT {
  /** The example's grace period, and the time a machine under load takes for the rest. */
  private static final Duration END_LIMIT = Duration.ofSeconds(5 + 20);

  /** What a run that has failed leaves on purpose, until the next one. */
  private static final String ONLY_LOGS =
      "folder /var/lib/keelson with \\[(engine\\.log)?(, )?(up\\.log)?]";

  @TempDir private Path folder;
  private String shared = "";

  @BeforeEach
  void lookAround() throws Exception {
    Executable.assumePodsCanRun();
    clearWhatEarlierRunsLeft();
    assertThat(Traces.now()).as("left by an earlier run, or of one that still goes on").isEmpty();
    shared = Traces.shared();
  }

  /** A test that has failed must not make the next ones fail. */
  @AfterEach
  void clearAway() throws Exception {
    if (!shared.isEmpty()) {
      clearWhatEarlierRunsLeft();
    }
  }

  private void clearWhatEarlierRunsLeft() throws Exception {
    if (!Traces.now().isEmpty()) {
      try (KeelsonProcess up = Executable.start(folder, "up", "--once")) {
        assertThat(up.awaitExit()).as(up::output).isZero();
      }
    }
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(Traces.now()).isEmpty();
    assertThat(Traces.shared()).isEqualTo(shared);
  }

  @Test
  void theExampleShowsItsPageOnBothSidesAndLeavesNothing() throws Exception {
    try (KeelsonProcess up = Executable.start(folder, "up", "--once")) {
      assertThat(up.awaitExit()).as(up::output).isZero();

      assertThat(up.output())
          .containsPattern(
              "http://[0-9.]+:8080/ \\(pod IP\\): 200 OK: <h1>Hello from hello</h1><p>page \\d+")
          .contains("http://127.0.0.1:8080/ (host port): 200 OK: <h1>Hello from hello</h1>")
          .containsPattern("hello writer +\\| fetched: <h1>Hello")
          .endsWith("removed all of it\n");
    }
    assertNothingIsLeft();
  }

  @Test
  void ctrlCEndsEverythingWithinTheGracePeriod() throws Exception {
    try (KeelsonProcess up = Executable.start(folder, "up")) {
      up.awaitOutput("Ctrl-C ends and removes all of it");
      assertThat(Traces.now()).as("while it runs").isNotEmpty();

      long begin = System.nanoTime();
      up.signal("INT");

      assertThat(up.awaitExit()).as(up::output).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(END_LIMIT);
      assertThat(up.output()).endsWith("removed all of it\n");
    }
    assertNothingIsLeft();
  }

  @Test
  void whatAKilledRunLeftIsClearedAwayByTheNext() throws Exception {
    try (KeelsonProcess killed = Executable.start(folder, "up")) {
      killed.awaitOutput("Ctrl-C ends and removes all of it");
      killed.signal("KILL");
      killed.awaitExit();
    }
    assertThat(Traces.now()).as("left by the killed run").isNotEmpty();

    try (KeelsonProcess next = Executable.start(folder, "up", "--once")) {
      assertThat(next.awaitExit()).as(next::output).isZero();
    }
    assertNothingIsLeft();
  }

  @Test
  void aSecondRunBesideTheFirstIsRefusedAndHarmsNothing() throws Exception {
    try (KeelsonProcess first = Executable.start(folder, "up")) {
      first.awaitOutput("Ctrl-C ends and removes all of it");

      try (KeelsonProcess second = Executable.start(folder, "up", "--once")) {
        assertThat(second.awaitExit()).isEqualTo(1);
        assertThat(second.output())
            .contains("keelson up is running here already; end that one with Ctrl-C");
      }
      try (KeelsonProcess exec =
          Executable.start(folder, "exec", "hello", "-c", "web", "echo", "still here")) {
        assertThat(exec.awaitExit()).as(exec::output).isZero();
        assertThat(exec.output()).isEqualTo("still here\n");
      }
      first.signal("INT");
      assertThat(first.awaitExit()).as(first::output).isZero();
    }
    assertNothingIsLeft();
  }

  @Test
  void aPodThatCannotComeUpLeavesOnlyTheLogsItNames() throws Exception {
    Path manifest =
        Files.writeString(
            folder.resolve("pod.yaml"),
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: never}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - name: main
                  image: keelson.example/busybox:1
                  command: [/bin/httpd, -f, -p, "8081"]
                  readinessProbe: {exec: {command: [/bin/false]}, periodSeconds: 1}
            """);
    try (KeelsonProcess up =
        Executable.start(folder, "up", "--once", "--timeout", "5s", manifest.toString())) {
      assertThat(up.awaitExit()).isEqualTo(1);

      assertThat(up.output())
          .contains("not all pods were up within 5 s: default/never: Running")
          .containsPattern("never +removed")
          .containsPattern("the logs of this run stay until the next: /var/lib/keelson/.*\\.log");
    }
    assertThat(Traces.now()).singleElement().asString().matches(ONLY_LOGS);
    assertThat(Traces.shared()).isEqualTo(shared);
    try (KeelsonProcess next = Executable.start(folder, "up", "--once")) {
      assertThat(next.awaitExit()).as(next::output).isZero();
    }
    assertNothingIsLeft();
  }
}
