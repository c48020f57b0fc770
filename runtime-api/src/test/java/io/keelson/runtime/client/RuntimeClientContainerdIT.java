package io.keelson.runtime.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.log.ContainerLogReader;
import io.keelson.runtime.log.ContainerLogWriter;
import io.keelson.runtime.log.LogEntry;
import io.keelson.runtime.log.LogReadOptions;
import io.keelson.runtime.log.LogStream;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.RuntimeCondition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client, and the log format, against containerd's CRI plugin. */
@Timeout(180)
class RuntimeClientContainerdIT {
  private static final String IMAGE = "keelson.test/busybox:1";
  private static final String PAUSE = "keelson.test/pause:1";
  private static final ImageSpec SPEC = ImageSpec.newBuilder().setImage(IMAGE).build();

  @TempDir static Path directory;
  private static PrivateContainerd containerd;
  private static RuntimeClient client;

  @BeforeAll
  static void startContainerd() throws Exception {
    Path archive = BusyboxImage.archive(directory, IMAGE, PAUSE);
    containerd = PrivateContainerd.start(directory, PAUSE);
    client = RuntimeClient.connect(containerd.endpoint());
    client.awaitReady(Duration.ofSeconds(60));
    containerd.importImage(archive);
    await()
        .untilAsserted(() -> assertThat(client.imageStatus(SPEC)).as(containerd.log()).isPresent());
  }

  @AfterAll
  static void stopContainerd() throws InterruptedException {
    if (client != null) {
      client.close();
    }
    if (containerd != null) {
      containerd.close();
    }
  }

  @Test
  void itTellsItsNameProtocolAndConditions() throws InterruptedException {
    assertThat(client.version().getRuntimeName()).isEqualTo("containerd");
    assertThat(client.version().getRuntimeApiVersion()).isEqualTo("v1");
    assertThat(client.status().getStatus().getConditionsList())
        .extracting(RuntimeCondition::getType, RuntimeCondition::getStatus)
        .contains(tuple("RuntimeReady", true), tuple("NetworkReady", false));
    assertThat(client.statusVerbose().getInfoMap()).containsKey("config");
  }

  @Test
  void imagesAreListedFoundAndAbsent() throws InterruptedException {
    assertThat(client.listImages(ImageFilter.getDefaultInstance()))
        .anySatisfy(image -> assertThat(image.getRepoTagsList()).contains(IMAGE, PAUSE));
    assertThat(client.streamImages(ImageFilter.getDefaultInstance()))
        .extracting(Image::getId)
        .contains(client.imageStatus(SPEC).orElseThrow().getId());
    ImageSpec unknown = ImageSpec.newBuilder().setImage("keelson.test/none:1").build();
    assertThat(client.imageStatus(unknown)).isEmpty();
    client.removeImage(unknown);
    assertThat(client.imageFsInfo().getImageFilesystemsCount()).isEqualTo(1);
  }

  @Test
  void whatIsNotThereIsNotFound() {
    assertCode(() -> client.podSandboxStatus("none"), Status.Code.NOT_FOUND);
    assertCode(() -> client.containerStatus("none"), Status.Code.NOT_FOUND);
    assertCode(() -> client.startContainer("none"), Status.Code.NOT_FOUND);
    assertCode(() -> client.reopenContainerLog("none"), Status.Code.NOT_FOUND);
  }

  @Test
  void aPodLivesAndDiesAndItsLogIsWhatOurWriterWouldHaveWritten() throws Exception {
    PodSandboxConfig pod = hostNetworkPod();
    String podId = client.runPodSandbox(pod, "");
    try {
      assertThat(client.podSandboxStatus(podId).getState())
          .isEqualTo(PodSandboxState.SANDBOX_READY);
      assertThat(client.streamPodSandboxes(PodSandboxFilter.getDefaultInstance()))
          .extracting(PodSandbox::getId)
          .containsExactly(podId);
      exerciseContainer(podId, pod);
      compareLogs(podId, pod);
    } finally {
      client.stopPodSandbox(podId);
      client.removePodSandbox(podId);
    }
    client.removePodSandbox(podId);
    assertThat(client.listPodSandboxes(PodSandboxFilter.getDefaultInstance())).isEmpty();
  }

  private static void exerciseContainer(String podId, PodSandboxConfig pod)
      throws InterruptedException {
    String id = client.createContainer(podId, container("sleeper").build(), pod);
    client.startContainer(id);
    assertThat(client.streamContainers(ContainerFilter.getDefaultInstance()))
        .extracting(Container::getId)
        .containsExactly(id);
    ExecSyncResponse done =
        client.execSync(
            id,
            List.of("/bin/busybox", "sh", "-c", "echo out; echo err >&2; exit 3"),
            Duration.ofSeconds(30));
    assertThat(done.getStdout().toStringUtf8()).isEqualTo("out\n");
    assertThat(done.getStderr().toStringUtf8()).isEqualTo("err\n");
    assertThat(done.getExitCode()).isEqualTo(3);
    assertCode(
        () -> client.execSync(id, List.of("/bin/busybox", "sleep", "60"), Duration.ofSeconds(1)),
        Status.Code.DEADLINE_EXCEEDED);
    assertThat(client.stats().containerStats(id).getCpu().getTimestamp()).isPositive();
    client.stopContainer(id, Duration.ofSeconds(0));
    ContainerStatus status = client.containerStatus(id);
    assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(status.getExitCode()).isEqualTo(137);
    assertThat(client.containerStatusVerbose(id).getInfoMap()).isNotEmpty();
    client.removeContainer(id);
    client.removeContainer(id);
  }

  private static void compareLogs(String podId, PodSandboxConfig pod) throws Exception {
    String script =
        "printf 'short\\n\\ntwo\\r\\n';"
            + " head -c 40000 /dev/zero | tr '\\0' x; echo;"
            + " head -c 16384 /dev/zero | tr '\\0' y; printf '\\r\\n';"
            + " printf 'no end'";
    String output =
        "short\n\ntwo\r\n" + "x".repeat(40_000) + "\n" + "y".repeat(16_384) + "\r\n" + "no end";
    ContainerConfig config =
        container("writer").addAllCommand(List.of("/bin/busybox", "sh", "-c", script)).build();
    String id = client.createContainer(podId, config, pod);
    client.startContainer(id);
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> client.containerStatus(id).getState() == ContainerState.CONTAINER_EXITED);
    Path theirs = Path.of(client.containerStatus(id).getLogPath());
    assertThat(theirs).isEqualTo(directory.resolve("pod-logs/writer.log"));
    Path ours = directory.resolve("ours.log");
    try (ContainerLogWriter writer = ContainerLogWriter.open(ours, Clock.systemUTC())) {
      writer.write(LogStream.STDOUT, ByteBuffer.wrap(output.getBytes(UTF_8)));
    }
    await().untilAsserted(() -> assertThat(contents(theirs)).isEqualTo(contents(ours)));
    client.removeContainer(id);
  }

  private static List<String> contents(Path log) throws IOException {
    List<String> contents = new ArrayList<>();
    try (ContainerLogReader reader = ContainerLogReader.open(log, LogReadOptions.everything())) {
      for (Optional<LogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
        contents.add((e.get().partial() ? "P " : "F ") + e.get().content().toStringUtf8());
      }
    }
    return contents;
  }

  private static ContainerConfig.Builder container(String name) {
    return ContainerConfig.newBuilder()
        .setMetadata(ContainerMetadata.newBuilder().setName(name))
        .setImage(SPEC)
        .setLogPath(name + ".log");
  }

  private static PodSandboxConfig hostNetworkPod() throws IOException {
    return PodSandboxConfig.newBuilder()
        .setMetadata(
            PodSandboxMetadata.newBuilder().setName("pod").setNamespace("test").setUid("1"))
        .setLogDirectory(Files.createDirectories(directory.resolve("pod-logs")).toString())
        .setLinux(
            LinuxPodSandboxConfig.newBuilder()
                .setSecurityContext(
                    LinuxSandboxSecurityContext.newBuilder()
                        .setNamespaceOptions(
                            NamespaceOption.newBuilder().setNetwork(NamespaceMode.NODE))))
        .build();
  }

  private static void assertCode(Blocking call, Status.Code code) {
    assertThatExceptionOfType(CriException.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  /** A call. */
  private interface Blocking {
    void run() throws InterruptedException;
  }
}
