package io.keelson.node.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.node.agent.ContainerView.State;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeAgentTest {
  private static final String WEB =
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        restartPolicy: Always
        containers:
          - name: main
            image: example/web:1
      """;

  @TempDir private Path directory;
  private AgentBench bench;

  @BeforeEach
  void startNode() throws IOException, InterruptedException {
    bench = new AgentBench(directory);
  }

  @AfterEach
  void closeNode() throws InterruptedException {
    bench.close();
  }

  @Test
  void runsAPodFromItsFolderAndTellsItsStatus() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();

    PodView pod = bench.awaitPod("web", PodView::ready);

    assertThat(pod.phase()).isEqualTo("Running");
    assertThat(pod.ips()).isNotEmpty();
    assertThat(pod.status().getConditions())
        .extracting(condition -> condition.getType() + "=" + condition.getStatus())
        .containsExactly(
            "PodScheduled=True",
            "PodReadyToStartContainers=True",
            "Initialized=True",
            "ContainersReady=True",
            "Ready=True");
  }

  @Test
  void endsAPodWhoseManifestIsDeletedAndLeavesNothing() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);

    Files.delete(bench.folder.resolve("web.yaml"));

    await().atMost(AgentBench.LIMIT).until(() -> bench.agent().pods().isEmpty());
    assertThat(bench.runtimeIsEmpty()).isTrue();
    assertThat(bench.root.resolve("pods")).isEmptyDirectory();
    assertThat(bench.root.resolve("logs")).isEmptyDirectory();
  }

  @Test
  void replacesAPodWhoseManifestChanged() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    String first = bench.awaitPod("web", PodView::ready).uid();

    bench.write("web.yaml", WEB.replace("example/web:1", "example/web:2"));

    PodView second = bench.awaitPod("web", pod -> pod.ready() && !pod.uid().equals(first));
    assertThat(second.containers().getFirst().image()).isEqualTo("example/web:2");
    assertThat(bench.instances("main")).hasSize(1);
  }

  @Test
  void keepsAPodWhoseFileIsBrokenAndTellsTheProblem() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    String uid = bench.awaitPod("web", PodView::ready).uid();

    bench.write("web.yaml", WEB.replace("image:", "imagee:"));

    await().atMost(AgentBench.LIMIT).until(() -> !bench.agent().manifestProblems().isEmpty());
    assertThat(bench.agent().manifestProblems().getFirst().toString())
        .contains("web.yaml:8", "spec.containers[0].imagee", "did you mean 'image'");
    assertThat(bench.pod("web").orElseThrow().uid()).isEqualTo(uid);
  }

  @Test
  void backsOffFromAContainerThatKeepsEnding() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.exit(bench.awaitRunning("main", 0), false);
    bench.exit(bench.awaitRunning("main", 1), false);

    bench.awaitContainer("web", "main", view -> view.reason().equals("CrashLoopBackOff"));
    assertThat(bench.container("web", "main").message()).contains("back-off 10 s");

    bench.clock.advance(Duration.ofSeconds(11));
    bench.exit(bench.awaitRunning("main", 2), false);
    bench.awaitContainer("web", "main", view -> view.message().contains("back-off 20 s"));
    assertThat(bench.instances("main")).hasSize(1);
  }

  @Test
  void endsWithAPodThatHasDoneItsWork() throws Exception {
    bench.write("job.yaml", WEB.replace("Always", "OnFailure").replace("web}", "job}"));
    bench.startAgent();
    bench.exit(bench.awaitRunning("main", 0), false);
    bench.exit(bench.awaitRunning("main", 1), true);

    PodView pod = bench.awaitPod("job", view -> view.phase().equals("Succeeded"));
    assertThat(pod.containers().getFirst().state()).isEqualTo(State.TERMINATED);
    assertThat(pod.containers().getFirst().restarts()).isEqualTo(1);
  }

  @Test
  void runsInitContainersInOrderAndSidecarsAroundTheMainOnes() throws Exception {
    bench.write(
        "order.yaml",
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: order}
        spec:
          initContainers:
            - {name: first, image: example/a:1}
            - {name: beside, image: example/b:1, restartPolicy: Always}
            - {name: second, image: example/c:1}
          containers:
            - {name: main, image: example/d:1}
        """);
    bench.startAgent();

    Container first = bench.awaitRunning("first", 0);
    assertThat(bench.instances("beside")).isEmpty();
    bench.exit(first, true);
    bench.awaitRunning("beside", 0);
    Container second = bench.awaitRunning("second", 0);
    assertThat(bench.instances("main")).isEmpty();
    bench.exit(second, true);
    bench.awaitRunning("main", 0);

    bench.awaitPod("order", PodView::ready);
  }

  @Test
  void tellsWhyAnImageCannotBeHadAndTriesAgainLater() throws Exception {
    bench.write("web.yaml", WEB.replace("example/web:1", "missing/web:1"));
    bench.startAgent();

    bench.awaitContainer("web", "main", view -> view.reason().equals("ImagePullBackOff"));
    assertThat(bench.pod("web").orElseThrow().lastError()).contains("missing/web:1");
  }

  @Test
  void neverPullsAnImageThatMustNotBePulled() throws Exception {
    bench.write("web.yaml", WEB + "      imagePullPolicy: Never\n");
    bench.startAgent();

    bench.awaitContainer("web", "main", view -> view.reason().equals("ErrImageNeverPull"));
  }

  @Test
  void findsItsPodsAgainAfterItsOwnRestart() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);
    String before = bench.awaitRunning("main", 0).getId();

    bench.agent().close();
    bench.startAgent();

    PodView pod = bench.awaitPod("web", PodView::ready);
    assertThat(pod.containers().getFirst().containerId()).isEqualTo(before);
    assertThat(bench.instances("main")).hasSize(1);
  }

  @Test
  void endsPodsWhoseManifestWentWhileItWasDown() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);
    bench.agent().close();
    Files.delete(bench.folder.resolve("web.yaml"));

    bench.startAgent();

    await().atMost(AgentBench.LIMIT).until(bench::runtimeIsEmpty);
  }

  @Test
  void makesASandboxAgainWhenItsOwnIsStopped() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);

    String sandbox = bench.awaitRunning("main", 0).getPodSandboxId();
    bench.client.stopPodSandbox(sandbox);

    Container second = bench.awaitRunning("main", 1);
    assertThat(second.getPodSandboxId()).isNotEqualTo(sandbox);
  }

  @Test
  void failsAPodThatRunsLongerThanItMay() throws Exception {
    bench.write("web.yaml", WEB.replace("restartPolicy: Always", "activeDeadlineSeconds: 60"));
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);

    bench.clock.advance(Duration.ofSeconds(61));

    PodView pod = bench.awaitPod("web", view -> view.phase().equals("Failed"));
    assertThat(pod.status().getReason()).isEqualTo("DeadlineExceeded");
    await()
        .atMost(AgentBench.LIMIT)
        .until(() -> bench.container("web", "main").state() == State.TERMINATED);
  }

  @Test
  void endsItsPodsAtCloseWhenToldTo() throws Exception {
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);

    bench.agent().close(NodeAgent.PodsAtClose.TERMINATE, Duration.ofSeconds(10));

    assertThat(bench.runtimeIsEmpty()).isTrue();
  }

  @Test
  void endsMainContainersBeforeSidecarsAndTheLastSidecarFirst() throws Exception {
    bench.write(
        "order.yaml",
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: order}
        spec:
          initContainers:
            - {name: outer, image: example/b:1, restartPolicy: Always}
            - {name: inner, image: example/b:1, restartPolicy: Always}
          containers:
            - {name: main, image: example/d:1}
        """);
    bench.startAgent();
    bench.awaitPod("order", PodView::ready);
    List<String> ended = bench.recordEnds();

    bench.agent().close(NodeAgent.PodsAtClose.TERMINATE, Duration.ofSeconds(10));

    assertThat(ended).containsExactly("main", "inner", "outer");
  }

  @Test
  void restartsAContainerThatIsNoLongerAlive() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      bench.write(
          "web.yaml",
          WEB
              + """
                    livenessProbe:
                      tcpSocket: {host: 127.0.0.1, port: %d}
                      periodSeconds: 5
                      failureThreshold: 1
              """
                  .formatted(server.getLocalPort()));
      bench.startAgent();
      bench.awaitPod("web", PodView::ready);
    }

    bench.clock.advance(Duration.ofSeconds(6));

    bench.awaitContainer("web", "main", view -> view.restarts() > 0);
  }

  @Test
  void isNotReadyBeforeItsReadinessProbeSaysSo() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    bench.write(
        "web.yaml",
        WEB
            + """
                  readinessProbe:
                    tcpSocket: {host: 127.0.0.1, port: %d}
                    periodSeconds: 5
            """
                .formatted(port));
    bench.startAgent();
    bench.awaitRunning("main", 0);
    bench.awaitContainer("web", "main", view -> view.started() && !view.ready());

    try (ServerSocket server = new ServerSocket(port, 5, InetAddress.getLoopbackAddress())) {
      assertThat(server.isBound()).isTrue();
      bench.clock.advance(Duration.ofSeconds(6));
      bench.awaitPod("web", PodView::ready);
    }
  }

  @Test
  void givesAChangedConfigMapToRunningContainers() throws Exception {
    bench.write(
        "web.yaml",
        WEB
            + """
                  volumeMounts: [{name: settings, mountPath: /settings}]
              volumes:
                - {name: settings, configMap: {name: settings}}
            """);
    String settings =
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: %s}\n";
    bench.write("settings.yaml", settings.formatted("blue"));
    bench.startAgent();
    PodView pod = bench.awaitPod("web", PodView::ready);
    Path color =
        bench.root.resolve("pods").resolve(pod.uid()).resolve("volumes/configmap/settings/color");
    assertThat(color).hasContent("blue");

    bench.write("settings.yaml", settings.formatted("green"));

    await().atMost(AgentBench.LIMIT).until(() -> Files.readString(color).equals("green"));
    assertThat(bench.instances("main")).hasSize(1);
  }

  @Test
  void refusesARootDirectoryThatAnotherAgentUses() throws Exception {
    bench.startAgent();

    assertThatThrownBy(bench::startAgent)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("used by another node agent");
  }

  @Test
  void leavesPodsOfOthersAlone() throws Exception {
    bench.client.runPodSandbox(
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder()
                    .setName("other")
                    .setNamespace("default")
                    .setUid("other"))
            .putLabels("io.kubernetes.pod.uid", "other")
            .build(),
        "");
    bench.write("web.yaml", WEB);
    bench.startAgent();
    bench.awaitPod("web", PodView::ready);

    bench.agent().close(NodeAgent.PodsAtClose.TERMINATE, Duration.ofSeconds(10));

    assertThat(bench.client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()))
        .extracting(sandbox -> sandbox.getMetadata().getName())
        .containsExactly("other");
  }
}
