package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Container;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.v1.PodSandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class CrashRecoveryIT {

  @Test
  void killingTheDaemonBeforeAnyStepOfRunningAPodLeaksNothing(
      DockerEngine engine, @TempDir Path folder) throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    String image = BusyboxImage.NAME;
    TestNode whole = TestNode.in(folder.resolve("whole"), engine.endpoint());
    List<String> steps = runAndDieAt(whole, image, -1);
    assertThat(steps)
        .as("steps of RunPodSandbox and CreateContainer")
        .contains("create the pause container", "attach the network", "create the container");
    whole.clear();
    assertThat(whole.remains()).isEmpty();

    for (int fatal = 0; fatal < steps.size(); fatal++) {
      TestNode node = TestNode.in(folder.resolve("step-" + fatal), engine.endpoint());
      assertThat(runAndDieAt(node, image, fatal)).isEqualTo(steps.subList(0, fatal + 1));

      try (DockerBackend restarted = node.open()) {
        Set<String> listed = new HashSet<>();
        for (PodSandbox pod : restarted.podSandboxes().listPodSandboxes()) {
          listed.add(pod.getId());
        }
        restarted.containers().listContainers().forEach(c -> listed.add(c.getId()));
        assertThat(node.containersOfThisNode())
            .as("containers nobody lists after dying before: %s", steps.get(fatal))
            .extracting(Container::getId)
            .containsExactlyInAnyOrderElementsOf(listed);
        if (listed.isEmpty()) {
          assertThat(node.remains()).as("after dying before: %s", steps.get(fatal)).isEmpty();
        }
      }
      node.clear();
      assertThat(node.remains()).as("cleared, died before: %s", steps.get(fatal)).isEmpty();
    }
  }

  private static List<String> runAndDieAt(TestNode node, String image, int fatal)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                CrashingDaemon.class.getName(),
                node.folder().toString(),
                node.engineEndpoint().toString(),
                image,
                String.valueOf(fatal))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(fatal < 0 ? 0 : 137);
    return output.lines().toList();
  }
}
