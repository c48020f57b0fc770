package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class LimitUpdatesIT {
  private static final long MIB = 1 << 20;

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;
  private PodSandboxConfig pod;
  private String podId;

  LimitUpdatesIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open();
    pod = TestPods.pod("limits", folder.resolve("logs")).build();
    podId = backend.podSandboxes().runPodSandbox(pod, "docker");
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }

  private String create() throws InterruptedException {
    ContainerConfig.Builder container =
        TestPods.container("main", BusyboxImage.NAME, "/bin/sleep", "600");
    container
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setNamespaceOptions(NamespaceOption.newBuilder().setPid(NamespaceMode.CONTAINER));
    container
        .getLinuxBuilder()
        .setResources(
            LinuxContainerResources.newBuilder()
                .setMemoryLimitInBytes(64 * MIB)
                .setCpuShares(512)
                .setOomScoreAdj(500));
    return backend.containers().createContainer(podId, container.build(), pod);
  }

  private void update(String container, LinuxContainerResources.Builder limits)
      throws InterruptedException {
    backend.updateContainerResources(
        UpdateContainerResourcesRequest.newBuilder()
            .setContainerId(container)
            .setLinux(limits)
            .build());
  }

  private LinuxContainerResources shown(String container) throws InterruptedException {
    return backend.containers().containerStatus(container).getResources().getLinux();
  }

  private String sh(String container, String script) throws InterruptedException {
    return backend
        .containers()
        .execSync(container, List.of("/bin/sh", "-c", script), Duration.ofSeconds(30))
        .getStdout()
        .toStringUtf8();
  }

  private String memoryLimit(String container) throws InterruptedException {
    return sh(
        container,
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null");
  }

  @Test
  void newLimitsHoldAtOnceAreShownAndOutliveTheDaemon() throws Exception {
    String container = create();
    backend.containers().startContainer(container);
    assertThat(memoryLimit(container)).isEqualTo(64 * MIB + "\n");

    update(
        container,
        LinuxContainerResources.newBuilder()
            .setMemoryLimitInBytes(96 * MIB)
            .setCpuQuota(50_000)
            .setCpuPeriod(100_000)
            .setCpusetCpus("0")
            .setOomScoreAdj(700));

    assertThat(memoryLimit(container)).isEqualTo(96 * MIB + "\n");
    assertThat(sh(container, "cat /proc/self/status")).containsPattern("Cpus_allowed_list:\t0\n");
    assertThat(sh(container, "cat /proc/1/oom_score_adj")).isEqualTo("700\n");
    LinuxContainerResources expected =
        LinuxContainerResources.newBuilder()
            .setMemoryLimitInBytes(96 * MIB)
            .setCpuShares(512)
            .setCpuQuota(50_000)
            .setCpuPeriod(100_000)
            .setCpusetCpus("0")
            .setOomScoreAdj(700)
            .build();
    assertThat(shown(container)).isEqualTo(expected);

    backend.close();
    backend = node.open();
    assertThat(shown(container)).isEqualTo(expected);
  }

  @Test
  void limitsOfAContainerThatHasNotStartedHoldFromItsStart() throws Exception {
    String container = create();

    update(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(32 * MIB));
    backend.containers().startContainer(container);

    assertThat(memoryLimit(container)).isEqualTo(32 * MIB + "\n");
  }

  @Test
  void whatCannotBeChangedIsRefusedAndEverythingStaysAsItWas() throws Exception {
    String container = create();
    backend.containers().startContainer(container);
    LinuxContainerResources before = shown(container);

    assertThat(
            catchThrowableOfType(
                CriException.class,
                () ->
                    update(container, LinuxContainerResources.newBuilder().setCpusetCpus("4000"))))
        .hasMessageContaining("4000");
    assertThat(shown(container)).isEqualTo(before);

    backend.containers().stopContainer(container, Duration.ZERO);
    assertThat(
            catchThrowableOfType(
                    CriException.class,
                    () ->
                        update(
                            container,
                            LinuxContainerResources.newBuilder().setMemoryLimitInBytes(MIB)))
                .code())
        .isEqualTo(Status.Code.FAILED_PRECONDITION);
  }
}
