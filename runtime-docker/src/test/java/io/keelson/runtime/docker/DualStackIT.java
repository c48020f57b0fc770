package io.keelson.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.PodIP;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxNetworkStatus;
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
class DualStackIT {
  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;

  DualStackIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void openBackend() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    node = TestNode.withBothFamilies(folder, engine.endpoint());
    backend = node.open();
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }

  @Test
  void aPodHasAnAddressOfEachFamilyAndKnowsItsNameByBoth() throws InterruptedException {
    PodSandboxConfig config = TestPods.pod("both", folder).build();
    String pod = backend.podSandboxes().runPodSandbox(config, "");

    PodSandboxNetworkStatus network = backend.podSandboxes().podSandboxStatus(pod).getNetwork();
    assertThat(network.getIp()).startsWith("10.231.77.");
    List<String> others = network.getAdditionalIpsList().stream().map(PodIP::getIp).toList();
    assertThat(others).singleElement().asString().startsWith("fd00:77:");

    ContainerConfig container =
        TestPods.container("main", BusyboxImage.NAME, "/bin/sleep", "600").build();
    String id = backend.containers().createContainer(pod, container, config);
    backend.containers().startContainer(id);
    assertThat(read(id, "/etc/hosts"))
        .containsPattern(network.getIp() + "\\s+both")
        .containsPattern(others.getFirst() + "\\s+both");
    assertThat(read(id, "/proc/net/if_inet6")).contains("fd000077");

    // Another daemon finds both, too.
    backend.close();
    backend = node.open();
    assertThat(backend.podSandboxes().podSandboxStatus(pod).getNetwork()).isEqualTo(network);
  }

  private String read(String container, String file) throws InterruptedException {
    return backend
        .containers()
        .execSync(container, List.of("/bin/cat", file), Duration.ofSeconds(30))
        .getStdout()
        .toString(UTF_8);
  }
}
