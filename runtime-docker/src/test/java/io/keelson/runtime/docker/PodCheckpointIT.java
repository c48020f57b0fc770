package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.PodCheckpoints.RestoredPod;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class PodCheckpointIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private static final String LOOK =
      "read made < /made/file; echo $i $made; [ ! -e /bin/yes ] || echo deleted file is here";

  /** Counts in memory alone, and looks each time for files it has made and deleted. */
  private static final String COUNTING =
      "mkdir /made; echo changed > /made/file; /bin/busybox rm /bin/yes; i=0;"
          + " while true; do i=$((i+1)); "
          + LOOK
          + "; sleep 0.1; done";

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestPod pod;
  private Path written;

  PodCheckpointIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    pod = TestPod.run(folder, engine);
    written = Files.createDirectory(folder.resolve("written"));
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    pod.close();
  }

  private String startCounting(String name) throws InterruptedException {
    String container =
        pod.start(main -> {
          TestPods.withOwnProcessIds(main);
          main.getMetadataBuilder().setName(name);
          main.setLogPath(name + "/0.log")
              .clearCommand()
              .addAllCommand(List.of("/bin/sh", "-c", COUNTING));
        });
    await().atMost(LIMIT).until(() -> lastCount(pod.log(name)) > 2);
    return container;
  }

  private static long lastCount(Path log) throws IOException {
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    String last = lines.isEmpty() ? "" : lines.getLast();
    // A line may be read while it is written.
    Matcher entry = Pattern.compile(".* stdout F ([0-9]+) changed").matcher(last);
    return entry.matches() ? Long.parseLong(entry.group(1)) : 0;
  }

  private static long firstCount(Path log) throws IOException {
    String first = Files.readAllLines(log).getFirst();
    return Long.parseLong(first.split(" ", 5)[3]);
  }

  private PodSandboxConfig other() {
    return TestPods.pod("other", folder.resolve("other-logs")).build();
  }

  private static ContainerConfig container(String name) {
    ContainerConfig.Builder container =
        TestPods.container(name, BusyboxImage.NAME, "/bin/sleep", "600");
    TestPods.withOwnProcessIds(container);
    return container.build();
  }

  private static CriException refusal(ThrowingCallable call) {
    return catchThrowableOfType(CriException.class, call);
  }

  private boolean isPaused(String container) throws InterruptedException {
    return Boolean.TRUE.equals(
        engine
            .call("inspect", client -> client.inspectContainerCmd(container).exec())
            .getState()
            .getPaused());
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    }
  }

  /** What a machine has decides which of the two can be seen on it. */
  @Test
  void aPodIsWrittenDownAndAnotherGoesOnFromThereOrTheReasonIsGiven() throws Exception {
    List<String> containers = List.of(startCounting("first"), startCounting("second"));
    if (Criu.works()) {
      pod.backend().checkpointPod(pod.id(), containers, written);
      goesOnInAnotherPod();
    } else {
      CriException refused =
          refusal(() -> pod.backend().checkpointPod(pod.id(), containers, written));
      assertThat(refused).hasMessageContaining("CRIU");
      assertThat(refused.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(written).isEmptyDirectory();
    }
    for (String name : List.of("first", "second")) {
      long before = lastCount(pod.log(name));
      await().atMost(LIMIT).until(() -> lastCount(pod.log(name)) > before);
    }
    assertThat(entries(folder.resolve("state/checkpoints"))).isEmpty();
  }

  private void goesOnInAnotherPod() throws Exception {
    assertThat(entries(written))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("container-0.tar", "container-1.tar", "pod.json");
    List<ContainerConfig> configs = List.of(container("second"), container("first"));

    RestoredPod restored = pod.backend().restorePod(written, other(), "docker", configs);

    assertThat(restored.containerIds()).hasSize(2);
    for (int i = 0; i < configs.size(); i++) {
      String id = restored.containerIds().get(i);
      var status = pod.backend().containers().containerStatus(id);
      assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_CREATED);
      assertThat(status.getMetadata()).isEqualTo(configs.get(i).getMetadata());
      pod.backend().containers().startContainer(id);
      Path log = folder.resolve("other-logs").resolve(configs.get(i).getLogPath());
      await().atMost(LIMIT).until(() -> lastCount(log) > 0);
      // The first count of a process that began anew would be 1; the image's file is gone here too.
      assertThat(firstCount(log)).isGreaterThan(2);
      assertThat(Files.readString(log)).doesNotContain("deleted file");
      assertThat(pod.sh(id, "i=new; " + LOOK)).isEqualTo("new changed\n");
    }
    pod.restartDaemon();
    assertThat(pod.runs(restored.containerIds().getFirst())).isTrue();
  }

  @Test
  void onlyAnEmptyFolderIsWrittenToAndOnlyRunningContainersAreWritten() throws Exception {
    String container = pod.create(main -> {});

    assertThat(
            refusal(() -> pod.backend().checkpointPod(pod.id(), List.of(container), written))
                .code())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    pod.backend().containers().startContainer(container);
    Files.writeString(written.resolve("somebody's"), "file");
    for (Path full : List.of(written, folder.resolve("none"))) {
      assertThat(refusal(() -> pod.backend().checkpointPod(pod.id(), List.of(container), full)))
          .hasMessageContaining("output_path '" + full + "'")
          .extracting(CriException::code)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(isPaused(container)).isFalse();
  }

  @Test
  void aFolderWithoutACompleteCheckpointMakesNoPod() throws Exception {
    assertThat(
            refusal(() ->
                pod.backend().restorePod(written, other(), "docker", List.of(container("first")))))
        .hasMessageContaining("pod.json");
    Files.writeString(written.resolve("pod.json"), "{\"containers\":{\"first\":\"../first.tar\"}}");
    assertThat(
            refusal(() ->
                pod.backend().restorePod(written, other(), "docker", List.of(container("first")))))
        .hasMessageContaining("../first.tar");
    assertThat(
            refusal(() ->
                pod.backend().restorePod(written, other(), "docker", List.of(container("second")))))
        .hasMessageContaining("no container 'second'")
        .extracting(CriException::code)
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(pod.backend().podSandboxes().listPodSandboxes()).hasSize(1);
  }

  @Test
  void containersThatADaemonLeftPausedGoOnWhenTheNextOneStarts() throws Exception {
    String container = pod.start(main -> {});
    Path stage = Files.createDirectories(folder.resolve("state/checkpoints/0"));
    Files.writeString(stage.resolve("frozen"), container + "\n" + "0123456789abcdef\n");
    engine.call("pause", client -> client.pauseContainerCmd(container).exec());

    pod.restartDaemon();

    assertThat(isPaused(container)).isFalse();
    assertThat(stage).doesNotExist();
  }
}
