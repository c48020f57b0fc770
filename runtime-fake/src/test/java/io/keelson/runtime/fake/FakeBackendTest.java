package io.keelson.runtime.fake;

import static io.keelson.runtime.fake.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class FakeBackendTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901234Z");

  @TempDir private Path folder;
  private final FakeBackend backend = new FakeBackend(Clock.fixed(NOW, ZoneOffset.UTC));
  private ServedBackends served;
  private RuntimeClient client;
  private PodSandboxConfig config;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, backend);
    client = served.client();
    config =
        Requests.pod("a").toBuilder().setLogDirectory(folder.resolve("logs").toString()).build();
    pull("busybox");
  }

  @AfterEach
  void close() {
    served.close();
  }

  private String pull(String image) throws InterruptedException {
    return client.pullImage(
        ImageSpec.newBuilder().setImage(image).build(),
        AuthConfig.getDefaultInstance(),
        PodSandboxConfig.getDefaultInstance());
  }

  private String startContainer() throws InterruptedException {
    String pod = client.runPodSandbox(config, "");
    ContainerConfig container =
        Requests.container("c").toBuilder()
            .addCommand("sleep")
            .addArgs("60")
            .setLogPath("c/0.log")
            .build();
    String id = client.createContainer(pod, container, config);
    client.startContainer(id);
    return id;
  }

  @Test
  void podsHaveAddressesOfTheirOwn() throws Exception {
    String one = client.runPodSandbox(Requests.pod("x"), "");
    String two = client.runPodSandbox(Requests.pod("y"), "");

    assertThat(client.podSandboxStatus(one).getNetwork().getIp()).startsWith("10.88.");
    assertThat(client.podSandboxStatus(two).getNetwork().getIp())
        .isNotEqualTo(client.podSandboxStatus(one).getNetwork().getIp());
  }

  @Test
  void aContainerRunsUntilItIsStoppedAndKeepsALog() throws Exception {
    String id = startContainer();
    assertThat(client.containerStatus(id).getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);

    client.stopContainer(id, Duration.ofSeconds(5));

    ContainerStatus status = client.containerStatus(id);
    assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(status.getExitCode()).isZero();
    assertThat(status.getReason()).isEqualTo("Completed");
    assertThat(status.getFinishedAt()).isEqualTo(NOW.getEpochSecond() * 1_000_000_000L + 678901234);
    assertThat(Files.readAllLines(Path.of(status.getLogPath())))
        .containsExactly(
            "2026-01-02T03:04:05.678901234Z stdout F started: sleep 60",
            "2026-01-02T03:04:05.678901234Z stdout F ended with exit code 0");
  }

  @Test
  void aContainerCanEndByItself() throws Exception {
    String id = startContainer();

    backend.exitContainer(id, 3);

    assertThat(client.containerStatus(id).getExitCode()).isEqualTo(3);
    assertThat(client.containerStatus(id).getReason()).isEqualTo("Error");
    assertFails(Status.Code.FAILED_PRECONDITION, () -> client.startContainer(id))
        .contains("CONTAINER_EXITED, only a created one can be started");
  }

  @Test
  void aStopWithoutGraceKills() throws Exception {
    String id = startContainer();

    client.stopContainer(id, Duration.ZERO);

    assertThat(client.containerStatus(id).getExitCode()).isEqualTo(137);
  }

  @Test
  void aRotatedLogIsMadeAnew() throws Exception {
    String id = startContainer();
    Path log = folder.resolve("logs/c/0.log");
    Files.move(log, folder.resolve("logs/c/0.log.1"));

    client.reopenContainerLog(id);

    assertThat(log).isEmptyFile();
    client.stopContainer(id, Duration.ofSeconds(1));
    assertThat(log).content().contains("ended");
    assertFails(Status.Code.FAILED_PRECONDITION, () -> client.reopenContainerLog(id));
  }

  @Test
  void executingEchoesTheCommand() throws Exception {
    String id = startContainer();

    assertThat(
            client
                .execSync(id, List.of("echo", "hello"), Duration.ofSeconds(1))
                .getStdout()
                .toStringUtf8())
        .isEqualTo("echo hello\n");
  }

  @Test
  void limitsCanBeChanged() throws Exception {
    String id = startContainer();
    LinuxContainerResources limits =
        LinuxContainerResources.newBuilder().setMemoryLimitInBytes(1 << 20).build();

    client.updateContainerResources(
        UpdateContainerResourcesRequest.newBuilder().setContainerId(id).setLinux(limits).build());

    assertThat(client.containerStatus(id).getResources().getLinux()).isEqualTo(limits);
  }

  @Test
  void imagesAreMadeUpExceptMissingOnes() throws Exception {
    String id = pull("registry.example/app:1");

    assertThat(client.imageStatus(ImageSpec.newBuilder().setImage(id).build()))
        .hasValueSatisfying(
            image -> assertThat(image.getRepoTagsList()).containsExactly("registry.example/app:1"));
    assertFails(Status.Code.NOT_FOUND, () -> pull("missing/app"))
        .contains("image 'missing/app:latest' is not in any registry");
  }

  @Test
  void aContainerNeedsItsImageAndAReadyPod() throws Exception {
    String pod = client.runPodSandbox(config, "");
    ContainerConfig unpulled =
        Requests.container("c").toBuilder()
            .setImage(ImageSpec.newBuilder().setImage("nginx"))
            .build();

    assertFails(Status.Code.NOT_FOUND, () -> client.createContainer(pod, unpulled, config))
        .contains("image 'nginx' is not here; pull it first");
    client.stopPodSandbox(pod);
    assertFails(
        Status.Code.FAILED_PRECONDITION,
        () -> client.createContainer(pod, Requests.container("c"), config));
  }

  @Test
  void isFoundByName() {
    assertThat(ServiceLoader.load(RuntimeBackendFactory.class))
        .extracting(RuntimeBackendFactory::name)
        .contains("fake");
  }
}
