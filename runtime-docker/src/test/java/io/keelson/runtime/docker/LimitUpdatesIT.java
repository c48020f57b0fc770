package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.HugepageLimit;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class LimitUpdatesIT {
  private static final long MIB = 1 << 20;

  private final Cgroups cgroups = Cgroups.mountedAt(Cgroups.DEFAULT_MOUNT);
  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestPod pod;

  LimitUpdatesIT(DockerEngine engine) {
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

  private static void limit(ContainerConfig.Builder container) {
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
  }

  private void update(String container, LinuxContainerResources.Builder limits)
      throws InterruptedException {
    pod.backend()
        .updateContainerResources(
            UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(container)
                .setLinux(limits)
                .build());
  }

  private LinuxContainerResources shown(String container) throws InterruptedException {
    return pod.backend().containers().containerStatus(container).getResources().getLinux();
  }

  private String memoryLimit(String container) throws InterruptedException {
    return pod.sh(
        container,
        "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null");
  }

  @Test
  void newLimitsHoldAtOnceAreShownAndOutliveTheDaemon() throws Exception {
    String container = pod.start(LimitUpdatesIT::limit);
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
    assertThat(pod.sh(container, "cat /proc/self/status"))
        .containsPattern("Cpus_allowed_list:\t0\n");
    assertThat(pod.sh(container, "cat /proc/1/oom_score_adj")).isEqualTo("700\n");
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

    pod.restartDaemon();
    assertThat(shown(container)).isEqualTo(expected);
  }

  @Test
  void limitsOfAContainerThatHasNotStartedHoldFromItsStart() throws Exception {
    String container = pod.create(LimitUpdatesIT::limit);

    update(container, LinuxContainerResources.newBuilder().setMemoryLimitInBytes(32 * MIB));
    pod.backend().containers().startContainer(container);

    assertThat(memoryLimit(container)).isEqualTo(32 * MIB + "\n");
  }

  @Test
  void whatCannotBeChangedIsRefusedAndEverythingStaysAsItWas() throws Exception {
    String container = pod.start(LimitUpdatesIT::limit);
    LinuxContainerResources before = shown(container);

    assertThat(
            catchThrowableOfType(
                CriException.class,
                () ->
                    update(container, LinuxContainerResources.newBuilder().setCpusetCpus("4000"))))
        .hasMessageContaining("4000");
    assertThat(shown(container)).isEqualTo(before);

    pod.backend().containers().stopContainer(container, Duration.ZERO);
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

  /** What a machine's kernel has decides which of the two can be seen on it. */
  @Test
  void unifiedKeysAreChangedOnVersion2AndRefusedOnVersion1() throws Exception {
    String container = pod.start(LimitUpdatesIT::limit);
    LinuxContainerResources.Builder depth =
        LinuxContainerResources.newBuilder().putUnified("cgroup.max.depth", "3");

    if (cgroups.areUnified()) {
      update(container, depth);
      assertThat(pod.sh(container, "cat /sys/fs/cgroup/cgroup.max.depth")).isEqualTo("3\n");
      assertThat(shown(container).getUnifiedMap()).containsEntry("cgroup.max.depth", "3");
    } else {
      refuses(container, depth, "linux.resources.unified needs cgroup v2");
    }
  }

  /** What a machine's kernel has decides which of the two can be seen on it. */
  @Test
  void limitsOfHugePagesAreChangedWhereThereIsTheControllerAndRefusedElsewhere() throws Exception {
    String container = pod.start(LimitUpdatesIT::limit);
    String size = hugePageSize();
    LinuxContainerResources.Builder pages =
        LinuxContainerResources.newBuilder()
            .addHugepageLimits(HugepageLimit.newBuilder().setPageSize(size).setLimit(1L << 31));

    if (cgroups.limitHugePages()) {
      update(container, pages);
      assertThat(
              pod.sh(
                  container,
                  "cd /sys/fs/cgroup; cat hugetlb.%1$s.max hugetlb/hugetlb.%1$s.limit_in_bytes"
                      .formatted(size)))
          .isEqualTo((1L << 31) + "\n");
      assertThat(shown(container).getHugepageLimits(0).getLimit()).isEqualTo(1L << 31);
    } else {
      refuses(container, pages, "linux.resources.hugepage_limits of " + size);
    }
  }

  private void refuses(String container, LinuxContainerResources.Builder limits, String reason)
      throws InterruptedException {
    LinuxContainerResources before = shown(container);
    CriException refused =
        catchThrowableOfType(CriException.class, () -> update(container, limits));
    assertThat(refused).hasMessageContaining(reason);
    assertThat(refused.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
    assertThat(shown(container)).isEqualTo(before);
  }

  /** One of this kernel's sizes as cgroup files spell it, or the usual one where it has none. */
  private static String hugePageSize() throws IOException {
    Path sizes = Path.of("/sys/kernel/mm/hugepages");
    if (!Files.isDirectory(sizes)) {
      return "2MB";
    }
    try (Stream<Path> folders = Files.list(sizes)) {
      return folders
          .map(folder -> folder.getFileName().toString().replaceAll("\\D", ""))
          .mapToLong(Long::parseLong)
          .min()
          .stream()
          .mapToObj(kib -> kib < 1024 ? kib + "KB" : kib / 1024 + "MB")
          .findFirst()
          .orElse("2MB");
    }
  }
}
