package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson agent} against a daemon. */
final class AgentCommandTest {
  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        containers:
          - {name: server, image: busybox}
      """;

  @TempDir private Path folder;

  private String[] agent(FakeNode node, Path manifests) {
    return new String[] {
      "agent",
      "--endpoint",
      node.endpoint(),
      "--manifests",
      manifests.toString(),
      "--root-dir",
      folder.resolve("agent").toString(),
      "--node-name",
      "here"
    };
  }

  @Test
  void runsTheGoodManifestsTellsWhatIsWrongWithTheOthersAndLeavesThePodsRunning() throws Exception {
    Path manifests = Files.createDirectory(folder.resolve("manifests"));
    Files.writeString(manifests.resolve("web.yaml"), WEB);
    Path broken = manifests.resolve("broken.yaml");
    Files.writeString(broken, WEB.replace("image:", "imagge:"));
    try (FakeNode node = new FakeNode(folder)) {
      try (KeelsonProcess agent = KeelsonProcess.start(folder, agent(node, manifests))) {
        agent.awaitOutput(broken + ":6: spec.containers[0].imagge");
        awaitRunning(node);
        agent.signal("TERM");

        assertThat(agent.awaitExit()).isZero();
        assertThat(agent.output()).contains("image");
      }
      awaitRunning(node);
    }
  }

  private static void awaitRunning(FakeNode node) {
    await()
        .untilAsserted(() ->
            assertThat(CommandRun.of("pods", "--endpoint", node.endpoint()).out())
                .containsPattern("default/web +ready .* server=running"));
  }

  @Test
  void aFolderThatIsNotThereIsNamed() throws Exception {
    try (FakeNode node = new FakeNode(folder);
        KeelsonProcess agent =
            KeelsonProcess.start(folder, agent(node, folder.resolve("nowhere")))) {
      assertThat(agent.awaitExit()).isEqualTo(2);
      assertThat(agent.output())
          .contains("keelson: " + folder.resolve("nowhere"))
          .contains("the manifest folder cannot be read")
          .contains("make it, or give another")
          .doesNotContain("\tat ");
    }
  }
}
