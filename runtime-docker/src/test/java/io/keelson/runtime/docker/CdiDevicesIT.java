package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.Mirrors;
import io.keelson.runtime.v1.CDIDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private TestPod pod;

  CdiDevicesIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void openBackend() throws IOException, InterruptedException {
    Path specs = Files.createDirectory(folder.resolve("cdi"));
    Path driver = Files.createDirectory(folder.resolve("driver"));
    Files.writeString(driver.resolve("version"), "7\n");
    Files.writeString(specs.resolve("board.yaml"), spec(driver));
    pod =
        TestPod.run(
            folder,
            engine,
            new DockerSettings(Mirrors.NONE, Map.of(), List.of(specs), List.of()),
            config -> {});
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
    pod.close();
  }

  @Test
  void aContainerHasWhatItsDevicesSpecSays() throws InterruptedException {
    hasWhatTheSpecSays(
        pod.start(container ->
            container.addCDIDevices(CDIDevice.newBuilder().setName("vendor.com/board=one"))));
  }

  @Test
  void anAnnotationNamesDevicesAsTheFieldDoes() throws InterruptedException {
    hasWhatTheSpecSays(
        pod.start(container ->
            container.putAnnotations("cdi.k8s.io/vendor_board", "vendor.com/board=one")));
  }

  private void hasWhatTheSpecSays(String container) throws InterruptedException {
    String script =
        "echo $BOARD; ls -l /dev/board1 | head -c 1; echo; echo x > /dev/board1 && cat /dev/board1;"
            + " cat /board/driver/version; echo x > /board/driver/version || echo read-only;"
            + " id -G";
    assertThat(pod.sh(container, script)).isEqualTo("one\nc\n7\nread-only\n0 44\n");
    assertThat(
            pod.backend()
                .containers()
                .containerStatus(container)
                .getUser()
                .getLinux()
                .getSupplementalGroupsList())
        .containsExactly(0L, 44L);
  }
}
