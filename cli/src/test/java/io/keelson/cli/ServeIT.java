package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.keelson.cli.up.ExampleImages;
import io.keelson.linux.NativeMounts;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.RuntimeCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code keelson serve} on a real engine, with the commands that look at it, and when parts fail.
 */
final class ServeIT {
  private static final String BRIDGE = "klcli0";
  private static final Duration READY_LIMIT = Duration.ofSeconds(60);
  private static final PodSandboxConfig POD =
      PodSandboxConfig.newBuilder()
          .setMetadata(
              PodSandboxMetadata.newBuilder().setName("web").setNamespace("default").setUid("u1"))
          .build();

  // The engine's mounts may take a moment to go; what is left is cleared by the engine itself.
  @TempDir private static Path engineFolder;
  private static @Nullable DockerEngineProcess engineProcess;

  @TempDir private Path folder;
  private Endpoint.Unix endpoint = new Endpoint.Unix(Path.of("/"));

  @BeforeAll
  static void startEngine() throws Exception {
    Executable.assumePodsCanRun();
    engineProcess =
        DockerEngineProcess.start(
            new DockerEngineProcess.Settings(
                engineFolder.resolve("data"),
                engineFolder.resolve("run"),
                engineFolder.resolve("engine.log")));
    try (DockerEngine engine = DockerEngine.at(engine())) {
      ExampleImages.load(engine);
    }
  }

  @AfterAll
  static void stopEngine() throws Exception {
    if (engineProcess != null) {
      engineProcess.close();
    }
    new ProcessBuilder("ip", "link", "delete", BRIDGE).start().waitFor();
  }

  private static Endpoint engine() {
    if (engineProcess == null) {
      throw new IllegalStateException("the engine was not started");
    }
    return engineProcess.endpoint();
  }

  @BeforeEach
  void writeNetworkConfiguration() throws IOException {
    endpoint = new Endpoint.Unix(folder.resolve("cri.sock"));
    Files.createDirectories(folder.resolve("net.d"));
    Files.writeString(
        folder.resolve("net.d/10-test.conflist"),
        """
        {"cniVersion": "1.0.0", "name": "klcli", "plugins": [{
          "type": "bridge", "bridge": "%s", "isGateway": true,
          "ipam": {"type": "host-local", "dataDir": "%s",
            "ranges": [[{"subnet": "10.231.78.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}
        }]}
        """
            .formatted(BRIDGE, folder.resolve("leases")));
  }

  private KeelsonProcess serve(Endpoint engine, Path state, List<Path> plugins) throws IOException {
    Path file = folder.resolve("keelson.yaml");
    Files.writeString(
        file,
        """
        listen: ["%1$s"]
        state-dir: %2$s
        run-dir: %3$s/run
        backends: {docker: {endpoint: "%4$s"}}
        cni: {conf-dir: %3$s/net.d, cache-dir: %3$s/cache, bin-dirs: %5$s}
        """
            .formatted(endpoint, state, folder, engine, plugins));
    return Executable.start(folder, "serve", "--config", file.toString());
  }

  private KeelsonProcess serve() throws IOException {
    return serve(engine(), folder.resolve("state"), Executable.pluginFolders());
  }

  private RuntimeClient ready() throws InterruptedException {
    RuntimeClient client = RuntimeClient.connect(endpoint);
    client.awaitReady(READY_LIMIT);
    return client;
  }

  private CommandRun keelson(String command, String... words) {
    String[] all = new String[words.length + 3];
    all[0] = command;
    all[1] = "--endpoint";
    all[2] = endpoint.toString();
    System.arraycopy(words, 0, all, 3, words.length);
    return CommandRun.of(all);
  }

  /** Everything of pods that could be left below this test's folders and in the engine. */
  private List<String> remains(Path state) throws IOException, InterruptedException {
    List<String> remains = new ArrayList<>();
    try (DockerEngine engine = DockerEngine.at(engine())) {
      engine
          .call("list containers", client -> client.listContainersCmd().withShowAll(true).exec())
          .forEach(container -> remains.add("container " + String.join(",", container.getNames())));
    }
    for (Path part :
        List.of(
            state.resolve("docker"),
            folder.resolve("run"),
            folder.resolve("cache"),
            folder.resolve("leases"))) {
      if (Files.exists(part)) {
        try (Stream<Path> files = Files.walk(part)) {
          files.filter(Files::isRegularFile).map(Path::toString).forEach(remains::add);
        }
      }
    }
    remains.removeIf(trace -> trace.matches(".*/(lock|last_reserved_ip\\.0|.*\\.lock)"));
    return remains;
  }

  @Test
  void podsOfTheAgentAreListedReadAndEnteredAlsoAfterARestart() throws Exception {
    Path manifests = Files.createDirectory(folder.resolve("manifests"));
    Path manifest =
        Files.writeString(
            manifests.resolve("web.yaml"),
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
                - name: main
                  image: %s
                  command:
                    - /bin/sh
                    - -c
                    - "echo one; echo two >&2; trap 'exit 0' TERM; while true; do sleep 1; done"
            """
                .formatted(ExampleImages.NAME));
    try (KeelsonProcess first = serve()) {
      ready().close();
      try (KeelsonProcess agent =
          Executable.start(
              folder,
              "agent",
              "--endpoint",
              endpoint.toString(),
              "--manifests",
              manifests.toString(),
              "--root-dir",
              folder.resolve("agent").toString())) {
        await()
            .atMost(READY_LIMIT)
            .untilAsserted(() ->
                assertThat(keelson("pods").out())
                    .containsPattern("default/web +ready +10\\.231\\.78\\.\\d+ .*main=running"));
        CommandRun logs = keelson("logs", "web");
        assertThat(logs.out()).isEqualTo("one\n");
        assertThat(logs.err()).isEqualTo("two\n");

        CommandRun exec = keelson("exec", "web", "/bin/sh", "-c", "echo out; echo err >&2; exit 7");
        assertThat(exec).isEqualTo(new CommandRun(7, "out\n", "err\n"));

        first.signal("TERM");
        assertThat(first.awaitExit()).as(first::output).isZero();
        try (KeelsonProcess second = serve()) {
          ready().close();
          assertThat(keelson("exec", "web", "cat", "/proc/1/comm").out()).isEqualTo("sh\n");

          Files.delete(manifest);
          await()
              .atMost(READY_LIMIT)
              .untilAsserted(() -> assertThat(keelson("pods").out().lines()).hasSize(1));
          agent.signal("TERM");
          assertThat(agent.awaitExit()).as(agent::output).isZero();
          second.signal("TERM");
          assertThat(second.awaitExit()).as(second::output).isZero();
        }
      }
    }
    assertThat(remains(folder.resolve("state"))).isEmpty();
  }

  @Test
  void aMissingCniPluginIsNamedAndNothingIsHalfDone() throws Exception {
    Path empty = Files.createDirectory(folder.resolve("plugins"));
    try (KeelsonProcess daemon = serve(engine(), folder.resolve("state"), List.of(empty));
        RuntimeClient client = ready()) {
      RuntimeCondition network =
          client.status().getStatus().getConditionsList().stream()
              .filter(condition -> condition.getType().equals("NetworkReady"))
              .findFirst()
              .orElseThrow();
      assertThat(network.getStatus()).isFalse();
      assertThat(network.getReason()).isEqualTo("PluginMissing");
      assertThat(network.getMessage()).contains("bridge").contains(empty.toString());

      CriException refused =
          catchThrowableOfType(CriException.class, () -> client.runPodSandbox(POD, ""));
      assertThat(refused).hasMessageContaining("bridge").hasMessageContaining(empty.toString());
      assertThat(client.listPodSandboxes(PodSandboxFilter.getDefaultInstance())).isEmpty();
      assertThat(remains(folder.resolve("state"))).isEmpty();
      daemon.signal("TERM");
      assertThat(daemon.awaitExit()).as(daemon::output).isZero();
    }
  }

  @Test
  void aDeadEngineIsToldWithWhereItShouldAnswerAndWhatToDo() throws Exception {
    Endpoint nowhere = new Endpoint.Unix(folder.resolve("docker.sock"));
    try (KeelsonProcess daemon =
            serve(nowhere, folder.resolve("state"), Executable.pluginFolders());
        RuntimeClient client = ready()) {
      RuntimeCondition runtime =
          client.status().getStatus().getConditionsList().stream()
              .filter(condition -> condition.getType().equals("RuntimeReady"))
              .findFirst()
              .orElseThrow();
      assertThat(runtime.getStatus()).isFalse();
      assertThat(runtime.getMessage()).contains(nowhere.toString());

      CriException refused =
          catchThrowableOfType(CriException.class, () -> client.runPodSandbox(POD, ""));
      assertThat(refused.code()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(refused)
          .hasMessageContaining(nowhere.toString())
          .hasMessageContaining("does not answer")
          .hasMessageContaining("start it, or name the right address");

      CommandRun pods = keelson("pods");
      assertThat(pods.status()).isEqualTo(1);
      assertThat(pods.err())
          .contains(nowhere.toString())
          .contains("start it, or name the right address");
      assertThat(pods.err().lines()).hasSize(1);
      daemon.signal("TERM");
      assertThat(daemon.awaitExit()).as(daemon::output).isZero();
    }
    JsonNode findings =
        new ObjectMapper()
            .readTree(
                CommandRun.of("doctor", "--engine", nowhere.toString(), "--output", "json").out());
    assertThat(findings.toString()).contains("none answers at " + nowhere);
  }

  @Test
  void aFullDiskIsToldAndNothingIsHalfDone() throws Exception {
    Path state = Files.createDirectory(folder.resolve("state"));
    NativeMounts mounts = new NativeMounts();
    mounts.tmpfs(state, 1 << 20);
    try (KeelsonProcess daemon = serve(engine(), state, Executable.pluginFolders());
        RuntimeClient client = ready()) {
      Path ballast = fill(state.resolve("ballast"));

      CriException refused =
          catchThrowableOfType(CriException.class, () -> client.runPodSandbox(POD, ""));
      assertThat(refused.code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
      assertThat(refused)
          .hasMessageContaining(state.toString())
          .hasMessageContaining("No space left on device; free space on the filesystem of");
      assertThat(client.listPodSandboxes(PodSandboxFilter.getDefaultInstance())).isEmpty();
      assertThat(remains(state)).isEmpty();

      Files.delete(ballast);
      client.removePodSandbox(client.runPodSandbox(POD, ""));
      assertThat(remains(state)).isEmpty();
      daemon.signal("TERM");
      assertThat(daemon.awaitExit()).as(daemon::output).isZero();
    } finally {
      mounts.detach(state);
    }
  }

  /** Writes until no byte fits any more. */
  private static Path fill(Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      while (true) {
        out.write(new byte[512]);
      }
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
      return file;
    }
  }
}
