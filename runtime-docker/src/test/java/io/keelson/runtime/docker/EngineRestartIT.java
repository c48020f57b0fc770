package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.RuntimeCondition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What node agents see when the engine goes away under the daemon, and when it comes back. */
class EngineRestartIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private DockerEngineProcess.Settings settings;
  private DockerEngineProcess engine;
  private TestNode node;
  private DockerBackend backend;
  private PodSandboxConfig pod;
  private String podId;
  private String containerId;

  @BeforeEach
  void runAPodOnAnEngineOfItsOwn() throws Exception {
    Assumptions.assumeTrue(
        DockerEngineProcess.isInstalled(),
        "dockerd is not installed; on Debian or Ubuntu run: apt-get install -y docker.io");
    Assumptions.assumeTrue(
        "root".equals(System.getProperty("user.name")), "a private dockerd needs root");
    settings =
        new DockerEngineProcess.Settings(
            folder.resolve("data"), folder.resolve("engine-run"), folder.resolve("dockerd.log"));
    engine = DockerEngineProcess.start(settings);
    try (DockerEngine connection = DockerEngine.at(engine.endpoint())) {
      BusyboxImage.load(connection);
    }
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open();
    pod = TestPods.pod("restarted", folder.resolve("logs")).build();
    podId = backend.podSandboxes().runPodSandbox(pod, "docker");
    containerId = start(podId);
  }

  @AfterEach
  void leaveNothingBehind() throws Exception {
    if (backend != null) {
      backend.close();
      node.clear();
      assertThat(node.remains()).isEmpty();
    }
    if (engine != null) {
      engine.close();
    }
  }

  private String start(String inPod) throws InterruptedException {
    ContainerConfig config =
        TestPods.container("main", BusyboxImage.NAME, "/bin/sleep", "600").build();
    String id = backend.containers().createContainer(inPod, config, pod);
    backend.containers().startContainer(id);
    return id;
  }

  private RuntimeCondition runtimeReady() {
    return backend.conditions().stream()
        .filter(condition -> condition.getType().equals("RuntimeReady"))
        .findFirst()
        .orElseThrow();
  }

  private ContainerState state(String container) throws InterruptedException {
    return backend.containers().containerStatus(container).getState();
  }

  private void signal(String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, String.valueOf(engine.pid())).start().waitFor())
        .isZero();
  }

  @Test
  void whileTheEngineIsGoneListsAnswerAndTheConditionSaysWhy() throws Exception {
    engine.close();

    await().atMost(LIMIT).until(() -> !runtimeReady().getStatus());
    assertThat(runtimeReady().getMessage())
        .contains(engine.endpoint().toString())
        .contains("start it");
    assertThat(backend.podSandboxes().listPodSandboxes()).hasSize(1);
    assertThat(backend.containers().listContainers()).hasSize(1);
    CriException refused =
        catchThrowableOfType(
            CriException.class, () -> backend.podSandboxes().runPodSandbox(pod, "docker"));
    assertThat(refused.code()).isEqualTo(Status.Code.UNAVAILABLE);

    engine = DockerEngineProcess.start(settings);
    await().atMost(LIMIT).until(() -> runtimeReady().getStatus());
  }

  @Test
  void afterTheEnginesReturnWhatEndedWithItIsKnownToHaveEndedAndNewPodsRun() throws Exception {
    engine.close();
    engine = DockerEngineProcess.start(settings);

    await().atMost(LIMIT).until(() -> state(containerId) == ContainerState.CONTAINER_EXITED);
    await()
        .atMost(LIMIT)
        .until(() ->
            backend.podSandboxes().podSandboxStatus(podId).getState()
                == PodSandboxState.SANDBOX_NOTREADY);
    await().atMost(LIMIT).until(() -> runtimeReady().getStatus());

    backend.podSandboxes().removePodSandbox(podId);
    String again = backend.podSandboxes().runPodSandbox(pod, "docker");
    assertThat(state(start(again))).isEqualTo(ContainerState.CONTAINER_RUNNING);
  }

  @Test
  void anEngineThatHangsHoldsUpNeitherListsNorStatusesAndGoesOnWhereItWas() throws Exception {
    PodSandboxConfig other = TestPods.pod("other", folder.resolve("logs")).build();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> waiting;
      signal("STOP");
      try {
        waiting = threads.submit(() -> backend.podSandboxes().runPodSandbox(other, "docker"));

        long begun = System.nanoTime();
        assertThat(backend.podSandboxes().listPodSandboxes()).hasSize(1);
        assertThat(state(containerId)).isEqualTo(ContainerState.CONTAINER_RUNNING);
        assertThat(backend.podSandboxes().podSandboxStatus(podId).getState())
            .isEqualTo(PodSandboxState.SANDBOX_READY);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
        assertThat(waiting).isNotDone();
      } finally {
        signal("CONT");
      }
      assertThat(backend.podSandboxes().podSandboxStatus(waiting.get()).getState())
          .isEqualTo(PodSandboxState.SANDBOX_READY);
    }
  }
}
