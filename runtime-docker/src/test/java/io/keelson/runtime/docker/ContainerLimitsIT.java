package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.model.Ulimit;
import io.grpc.Status;
import io.keelson.linux.cgroup.Cgroups;
import io.keelson.runtime.docker.cdi.CdiDevices;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.Mirrors;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class ContainerLimitsIT {
  @TempDir private Path folder;
  private final DockerEngine engine;
  private final boolean unified = Cgroups.mountedAt(Cgroups.DEFAULT_MOUNT).areUnified();
  private TestPod pod;

  ContainerLimitsIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runPod() throws IOException, InterruptedException {
    pod =
        TestPod.run(
            folder,
            engine,
            new DockerSettings(
                Mirrors.NONE,
                Map.of(),
                CdiDevices.DEFAULT_DIRECTORIES,
                List.of(new Ulimit("nofile", 321L, 654L))),
            config -> {});
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    pod.close();
  }

  @Test
  void everyContainerHasTheDefaultUlimits() throws InterruptedException {
    String container = create("main", Map.of());
    pod.backend().containers().startContainer(container);
    assertThat(pod.sh(container, "ulimit -Sn; ulimit -Hn")).isEqualTo("321\n654\n");
  }

  /** What a machine's kernel has decides which of the two can be seen on it. */
  @Test
  void unifiedKeysAreSetAtTheStartOnVersion2AndRefusedOnVersion1() throws InterruptedException {
    if (unified) {
      unifiedKeysAreSet();
      aRefusedKeyKeepsTheContainerFromStarting();
    } else {
      unifiedKeysAreRefused();
    }
  }

  private void unifiedKeysAreRefused() {
    assertThatThrownBy(() -> create("main", Map.of("memory.high", "1000000")))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("linux.resources.unified needs cgroup v2");
  }

  private void unifiedKeysAreSet() throws InterruptedException {
    String container = create("main", Map.of("cgroup.max.depth", "3"));
    pod.backend().containers().startContainer(container);
    assertThat(pod.sh(container, "cat /sys/fs/cgroup/cgroup.max.depth")).isEqualTo("3\n");
  }

  private void aRefusedKeyKeepsTheContainerFromStarting() throws InterruptedException {
    String container = create("refused", Map.of("cgroup.max.depth", "deep"));
    assertThatThrownBy(() -> pod.backend().containers().startContainer(container))
        .isInstanceOfSatisfying(
            CriException.class,
            e -> assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION))
        .hasMessageContaining("cgroup.max.depth");
    ContainerStatus status = pod.backend().containers().containerStatus(container);
    assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(status.getReason()).isEqualTo("StartError");
    assertThat(pod.node().containersOfThisNode())
        .filteredOn(c -> c.getId().equals(container))
        .noneMatch(c -> "running".equals(c.getState()));
  }

  private String create(String name, Map<String, String> unifiedKeys) throws InterruptedException {
    return pod.create(container -> {
      container.getMetadataBuilder().setName(name);
      container.getLinuxBuilder().getResourcesBuilder().putAllUnified(unifiedKeys);
    });
  }
}
