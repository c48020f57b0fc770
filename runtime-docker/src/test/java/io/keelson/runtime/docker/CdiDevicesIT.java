package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.docker.image.Mirrors;
import io.keelson.runtime.v1.CDIDevice;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class CdiDevicesIT {
  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;

  CdiDevicesIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void openBackend() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    Path specs = Files.createDirectory(folder.resolve("cdi"));
    Path driver = Files.createDirectory(folder.resolve("driver"));
    Files.writeString(driver.resolve("version"), "7\n");
    Files.writeString(specs.resolve("board.yaml"), spec(driver));
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open(new DockerSettings(Mirrors.NONE, Map.of(), List.of(specs), List.of()));
  }

  private static String spec(Path driver) {
    return """
    cdiVersion: 0.6.0
    kind: vendor.com/board
    devices:
      - name: one
        containerEdits:
          env: [BOARD=one]
          deviceNodes: [{path: /dev/board1, hostPath: /dev/null}]
          mounts: [{hostPath: "%s", containerPath: /board/driver, options: [ro, noexec, bind]}]
          additionalGids: [44]
    """
        .formatted(driver);
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }

  @Test
  void aContainerHasWhatItsDevicesSpecSays() throws InterruptedException {
    PodSandboxConfig pod = TestPods.pod("devices", folder.resolve("logs")).build();
    String podId = backend.podSandboxes().runPodSandbox(pod, "docker");
    ContainerConfig container =
        TestPods.container("main", BusyboxImage.NAME, "/bin/sleep", "600")
            .addCDIDevices(CDIDevice.newBuilder().setName("vendor.com/board=one"))
            .build();
    String id = backend.containers().createContainer(podId, container, pod);
    backend.containers().startContainer(id);

    String script =
        "echo $BOARD; ls -l /dev/board1 | head -c 1; echo; echo x > /dev/board1 && cat /dev/board1;"
            + " cat /board/driver/version; echo x > /board/driver/version || echo read-only;"
            + " id -G";
    assertThat(
            backend
                .containers()
                .execSync(id, List.of("/bin/sh", "-c", script), Duration.ofSeconds(30))
                .getStdout()
                .toStringUtf8())
        .isEqualTo("one\nc\n7\nread-only\n0 44\n");
    assertThat(
            backend
                .containers()
                .containerStatus(id)
                .getUser()
                .getLinux()
                .getSupplementalGroupsList())
        .containsExactly(0L, 44L);
  }
}
