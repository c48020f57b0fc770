package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the suite asks is its own affair; this is about how it is asked for. */
final class ConformanceCommandTest {
  private static final int CTRL_C = 128 + 2;

  private final Path folder;
  private final FakeNode node;

  ConformanceCommandTest(@TempDir Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    this.node = new FakeNode(folder);
  }

  @BeforeEach
  void makeTheFolderOfRuns() throws IOException {
    Files.createDirectory(runs());
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Path runs() {
    return folder.resolve("runs");
  }

  private CommandRun run(String... words) {
    Stream<String> all =
        Stream.concat(
            Stream.of("conformance", "--endpoint", node.endpoint(), "--folder", runs().toString()),
            Stream.of(words));
    return CommandRun.of(all.toArray(String[]::new));
  }

  @Test
  void aRuntimeThatKeepsTheContractIsStatus0AndReportsAreWritten() throws Exception {
    Path html = folder.resolve("report.html");
    Path xml = folder.resolve("report.xml");

    CommandRun run =
        run(
            "--profile",
            "idempotence",
            "--profile",
            "core",
            "--name",
            "twice",
            "--parallel",
            "2",
            "--time-limit",
            "20s",
            "--html",
            html.toString(),
            "--junit-xml",
            xml.toString());

    assertThat(run.err()).isEmpty();
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("ok   idempotence/RepeatedCalls.aPodCanBeStoppedTwice")
        .doesNotContain("versionIs", "\033");
    assertThat(html).content().contains("keeps everything");
    assertThat(xml).content().contains("aPodCanBeStoppedTwice");
    assertThat(runs()).isEmptyDirectory();
  }

  @Test
  void aRuntimeThatBreaksItIsStatus1() throws Exception {
    CommandRun run = run("--runtime-handler", "absent", "--name", "aPodCanBeStoppedTwice");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out()).contains("[1/1] FAIL idempotence/RepeatedCalls", "absent", "1 failed");
  }

  @Test
  void whereNoRuntimeAnswersOrNoTestIsMeantItIsStatus2() {
    CommandRun unreachable =
        CommandRun.of("conformance", "--endpoint", "unix://" + folder.resolve("none.sock"));

    assertThat(unreachable.status()).isEqualTo(2);
    assertThat(unreachable.err()).contains("no CRI v1 runtime answers at unix:");
    assertThat(run("--name", "no test is called so").status()).isEqualTo(2);
    assertThat(CommandRun.of("conformance", "--folder", "/does/not/exist", "--list").err())
        .contains("--folder /does/not/exist is no folder");
  }

  @Test
  void theListHasTheTestsOfTheProfilesAndAsksNoRuntime() {
    CommandRun list = CommandRun.of("conformance", "--list", "--profile", "benchmark");

    assertThat(list.status()).isZero();
    assertThat(list.out().lines())
        .contains("benchmark/Latencies.versions")
        .allMatch(name -> name.startsWith("benchmark/"));
  }

  @Test
  void theImagesAreWrittenUnderTheNamesTheyAreLookedForThen() throws Exception {
    Path images = folder.resolve("images");

    CommandRun export =
        CommandRun.of(
            "conformance", "--export-images", images.toString(), "--image-prefix", "r.example/x");

    assertThat(export.status()).isZero();
    assertThat(export.out())
        .contains(images.resolve("program.tar") + "  r.example/x/keelson-conformance/program:1");
    assertThat(images.resolve("program.tar")).isNotEmptyFile();
    assertThat(CommandRun.of("conformance", "--export-images", images.toString()).status())
        .isEqualTo(2);
  }

  @Test
  void anInterruptedRunRemovesItsPodsImagesAndFiles() throws Exception {
    try (KeelsonProcess run = start()) {
      run.awaitOutput("[10/");
      run.signal("INT");

      assertThat(run.awaitExit()).isEqualTo(CTRL_C);
      assertThat(run.output()).contains("interrupted").doesNotContain("FAIL", "Exception");
    }
    assertNothingIsLeft();
  }

  @Test
  void whatAKilledRunLeftIsRemovedByTheNext() throws Exception {
    try (KeelsonProcess run = start()) {
      run.awaitOutput("[10/");
      run.signal("KILL");
      run.awaitExit();
    }
    assertThat(node.client().listImages(ImageFilter.getDefaultInstance())).isNotEmpty();

    assertThat(run("--name", "aPodCanBeStoppedTwice").status()).isZero();
    assertNothingIsLeft();
  }

  private KeelsonProcess start() throws IOException {
    return KeelsonProcess.start(
        folder, "conformance", "--endpoint", node.endpoint(), "--folder", runs().toString());
  }

  private void assertNothingIsLeft() throws Exception {
    assertThat(node.client().listPodSandboxes(PodSandboxFilter.getDefaultInstance())).isEmpty();
    assertThat(node.client().listImages(ImageFilter.getDefaultInstance())).isEmpty();
    assertThat(runs()).isEmptyDirectory();
  }
}
