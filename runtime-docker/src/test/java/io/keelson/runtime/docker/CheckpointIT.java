package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.spi.CriException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class CheckpointIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestPod pod;
  private Path archives;
  private Path archive;

  CheckpointIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    pod = TestPod.run(folder, engine);
    archives = Files.createDirectory(folder.resolve("archives"));
    archive = archives.resolve("main.tar");
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    pod.close();
    assertThat(folder.resolve("state/checkpoints"))
        .satisfiesAnyOf(
            path -> assertThat(path).doesNotExist(), path -> assertThat(path).isEmptyDirectory());
  }

  private String startCounting() throws InterruptedException {
    String container =
        pod.create(
            TestPods::withOwnProcessIds,
            "/bin/sh",
            "-c",
            "mkdir /made; echo changed > /made/file; /bin/busybox rm /bin/yes; i=0;"
                + " while true; do i=$((i+1)); echo $i; sleep 0.1; done");
    pod.backend().containers().startContainer(container);
    await().atMost(LIMIT).until(() -> lastCount() > 2);
    return container;
  }

  private long lastCount() throws IOException {
    return count(pod.log("main"), List::getLast);
  }

  private static long count(Path log, Function<List<String>, String> which) throws IOException {
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    String line = lines.isEmpty() ? "" : which.apply(lines);
    // A line may be read while it is written.
    Matcher entry = Pattern.compile(".* stdout F ([0-9]+)").matcher(line);
    return entry.matches() ? Long.parseLong(entry.group(1)) : 0;
  }

  private CriException refusal(String container, Path location, Duration limit) {
    return catchThrowableOfType(
        CriException.class, () -> pod.backend().checkpointContainer(container, location, limit));
  }

  /** What a machine has decides which of the two can be seen on it. */
  @Test
  void aContainerIsWrittenDownAndGoesOnOrTheReasonIsGiven() throws Exception {
    String container = startCounting();
    if (Criu.works()) {
      Files.writeString(archive, "an older one");
      pod.backend().checkpointContainer(container, archive, Duration.ZERO);
      isComplete(container);
      goesOnInAnotherContainer();
    } else {
      CriException refused = refusal(container, archive, Duration.ZERO);
      assertThat(refused).hasMessageContaining("CRIU");
      assertThat(refused.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(archives).isEmptyDirectory();
    }
    long before = lastCount();
    await().atMost(LIMIT).until(() -> lastCount() > before);
    assertThat(pod.runs(container)).isTrue();
  }

  private void isComplete(String container) throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
        .isEqualTo("rw-------");
    try (Stream<Path> files = Files.list(archives)) {
      assertThat(files).containsExactly(archive);
    }
    Map<String, byte[]> entries = entries(Files.readAllBytes(archive));
    assertThat(entries)
        .containsKeys("config.dump", "spec.dump", "status.dump", "checkpoint/inventory.img");
    assertThat(text(entries, "config.dump")).contains("\"id\":\"" + container + "\"");
    assertThat(text(entries, "container.log")).contains(" stdout F 1\n");
    assertThat(text(entries, "deleted.files")).isEqualTo("[\"bin/yes\"]");
    Map<String, byte[]> changed = entries(entries.getOrDefault("rootfs-diff.tar", new byte[0]));
    assertThat(text(changed, "made/file")).isEqualTo("changed\n");
    assertThat(changed).doesNotContainKey("bin/yes");
  }

  private void goesOnInAnotherContainer() throws IOException, InterruptedException {
    String other =
        pod.start(container -> {
          TestPods.withOwnProcessIds(container);
          container.getMetadataBuilder().setName("other");
          container.getImageBuilder().setImage(archive.toString());
          container.setLogPath("other/0.log");
        });
    await().atMost(LIMIT).until(() -> count(pod.log("other"), List::getFirst) > 2);
    assertThat(pod.sh(other, "read made < /made/file; echo $made")).isEqualTo("changed\n");
  }

  private static String text(Map<String, byte[]> entries, String name) {
    return new String(entries.getOrDefault(name, new byte[0]), StandardCharsets.UTF_8);
  }

  private static Map<String, byte[]> entries(byte[] tar) throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(tar))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  @Test
  void onlyARunningContainerIsWrittenDownAndOnlyToAFileInAFolder() throws Exception {
    String container = pod.create(main -> {});
    assertThat(refusal(container, archive, Duration.ZERO))
        .hasMessageContaining("CONTAINER_CREATED")
        .extracting(CriException::code)
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
    pod.backend().containers().startContainer(container);

    for (Path location : new Path[] {archives, archives.resolve("none/main.tar")}) {
      assertThat(refusal(container, location, Duration.ZERO))
          .hasMessageContaining("location '" + location + "'")
          .extracting(CriException::code)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(archives).isEmptyDirectory();
  }

  @Test
  void whatIsNoArchiveMakesNoContainer() throws Exception {
    Files.writeString(archive, "not a tar archive at all");
    for (Path image : new Path[] {archive, archives.resolve("none.tar")}) {
      assertThat(
              catchThrowableOfType(
                  CriException.class,
                  () -> pod.create(main -> main.getImageBuilder().setImage(image.toString()))))
          .hasMessageContaining(image.toString())
          .extracting(CriException::code)
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
  }

  @Test
  void aCheckpointThatTakesTooLongLeavesNothingAndTheContainerRunning() throws Exception {
    String container = startCounting();

    assertThat(refusal(container, archive, Duration.ofNanos(1)).code())
        .isEqualTo(Status.Code.DEADLINE_EXCEEDED);

    assertThat(archives).isEmptyDirectory();
    Path unfinished = folder.resolve("state/checkpoints");
    await().atMost(LIMIT).untilAsserted(() -> assertThat(unfinished).isEmptyDirectory());
    assertThat(pod.runs(container)).isTrue();
  }

  @Test
  void aDaemonDeletesWhatTheOneBeforeItLeftUnfinished() throws Exception {
    Path cut = Files.writeString(archives.resolve(".main.tar.0"), "half");
    Path stage = Files.createDirectories(folder.resolve("state/checkpoints/0/checkpoint"));
    Files.writeString(stage.resolve("pages-1.img"), "memory");
    Files.createSymbolicLink(stage.resolveSibling("unfinished"), cut);

    pod.restartDaemon();

    assertThat(archives).isEmptyDirectory();
    assertThat(folder.resolve("state/checkpoints")).isEmptyDirectory();
  }
}
