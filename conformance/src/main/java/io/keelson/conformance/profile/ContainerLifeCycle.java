package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatusRequest;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Containers from CreateContainer to RemoveContainer. */
@ExtendWith(GivesRuntime.class)
public final class ContainerLifeCycle {
  /** Called by JUnit. */
  ContainerLifeCycle() {}

  @Test
  @Specification(
      document = "CRI api.proto, enum ContainerState",
      says = "a container is created, then running, then exited")
  @Covers({
    "CreateContainerRequest.pod_sandbox_id",
    "CreateContainerRequest.config",
    "CreateContainerRequest.sandbox_config",
    "CreateContainerResponse.container_id",
    "StartContainerRequest.container_id",
    "StopContainerRequest.container_id",
    "ContainerStatus.state",
    "ContainerStatus.id"
  })
  void aContainerIsCreatedThenRunsThenHasExited(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause");
    assertEquals(container.id(), container.status().getId(), "id in ContainerStatus");
    assertEquals(ContainerState.CONTAINER_CREATED, container.status().getState(), "before start");
    container.start();
    assertEquals(ContainerState.CONTAINER_RUNNING, container.status().getState(), "after start");
    container.stop(10);
    assertEquals(ContainerState.CONTAINER_EXITED, container.status().getState(), "after stop");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says =
          "metadata, labels and annotations are those of the config; log_path is the path of the log on the host")
  @Covers({
    "ContainerConfig.metadata",
    "ContainerConfig.labels",
    "ContainerConfig.annotations",
    "ContainerConfig.log_path",
    "PodSandboxConfig.log_directory",
    "ContainerStatus.metadata",
    "ContainerStatus.labels",
    "ContainerStatus.annotations",
    "ContainerStatus.log_path"
  })
  void theStatusRepeatsMetadataLabelsAnnotationsAndLogPath(RuntimeUnderTest node) {
    var pod = node.runPod();
    var config = pod.containerConfig("main", "pause").putLabels("a", "b").putAnnotations("c", "d");
    config.getMetadataBuilder().setAttempt(2);
    var status = pod.create(config.build()).status();
    assertEquals(config.getMetadata(), status.getMetadata(), "metadata");
    assertEquals(config.getLabelsMap(), status.getLabelsMap(), "labels");
    assertEquals(config.getAnnotationsMap(), status.getAnnotationsMap(), "annotations");
    assertEquals(pod.config().getLogDirectory() + "/main.log", status.getLogPath(), "log_path");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says =
          "created_at, started_at and finished_at are nanoseconds since the epoch, 0 for what has not happened")
  @Covers({
    "ContainerStatus.created_at",
    "ContainerStatus.started_at",
    "ContainerStatus.finished_at"
  })
  void timeStampsAppearInOrderAndNotBeforeTheirEvent(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause");
    var created = container.status();
    assertTrue(created.getCreatedAt() > 0, "created_at of a created container is 0");
    assertEquals(0, created.getStartedAt(), "started_at of a created container");
    var running = container.start().status();
    assertTrue(running.getStartedAt() >= created.getCreatedAt(), "started before created");
    assertEquals(0, running.getFinishedAt(), "finished_at of a running container");
    container.stop(10);
    var exited = container.status();
    assertEquals(created.getCreatedAt(), exited.getCreatedAt(), "created_at changed");
    assertEquals(running.getStartedAt(), exited.getStartedAt(), "started_at changed");
    assertTrue(exited.getFinishedAt() >= exited.getStartedAt(), "finished before started");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says =
          "exit_code is that of the program; reason says in CamelCase why the container is in its state")
  @Covers({
    "ContainerStatus.exit_code",
    "ContainerStatus.reason",
    "ContainerConfig.command",
    "ContainerConfig.args"
  })
  void theExitCodeOfTheProgramIsToldWithAReason(RuntimeUnderTest node) {
    var pod = node.runPod();
    var failed = pod.create("failing", "exit", "7").start().awaitExit();
    assertEquals(7, failed.getExitCode(), "exit_code");
    assertEquals("Error", failed.getReason(), "reason of exit code 7");
    var done = pod.create("succeeding", "exit", "0").start().awaitExit();
    assertEquals(0, done.getExitCode(), "exit_code");
    assertEquals("Completed", done.getReason(), "reason of exit code 0");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says = "image is the one of the config, image_ref refers to the image in use")
  @Covers({"ContainerStatus.image", "ContainerStatus.image_ref", "ContainerConfig.image"})
  void theStatusNamesTheImage(RuntimeUnderTest node) {
    var status = node.runPod().create("main", "pause").status();
    assertFalse(status.getImage().getImage().isEmpty(), "image is empty");
    assertFalse(status.getImageRef().isEmpty(), "image_ref is empty");
    var reference = ImageSpec.newBuilder().setImage(status.getImageRef()).build();
    assertEquals(imageId(node, node.image()), imageId(node, reference), "the image of image_ref");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StartContainer",
      says = "starts the container; only a created one can be")
  @Covers({"StartContainerRequest.container_id"})
  void aContainerThatHasExitedCannotBeStartedAgain(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause").start();
    container.stop(10);
    node.assertRejected(container::start);
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemoveContainer",
      says = "a running container is ended and removed all the same")
  @Covers({"RemoveContainerRequest.container_id"})
  void aRunningContainerCanBeRemoved(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause").start();
    container.remove();
    node.assertFails(Code.NOT_FOUND, container::status);
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopContainer",
      says = "timeout 0 means to kill the container at once")
  @Covers({"StopContainerRequest.timeout"})
  void aStopWithoutGraceKills(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause").start();
    container.stop(0);
    assertEquals(137, container.status().getExitCode(), "exit_code, 128 + SIGKILL");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopContainer",
      says = "within its time the program may end by itself after the stop signal")
  @Covers({"StopContainerRequest.timeout"})
  void aStopWithGraceLetsTheProgramEndByItself(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause").start().awaitOutput();
    container.stop(30);
    assertEquals(0, container.status().getExitCode(), "exit_code of a program that heeds SIGTERM");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerMetadata",
      says = "attempts tell containers of one name from each other")
  @Covers({"ContainerMetadata.attempt", "CreateContainerResponse.container_id"})
  void anotherAttemptIsAnotherContainer(RuntimeUnderTest node) {
    var pod = node.runPod();
    var first = pod.create("main", "pause");
    var config = first.config().toBuilder();
    config.getMetadataBuilder().setAttempt(1);
    var second = pod.create(config.build());
    assertNotEquals(first.id(), second.id(), "the ids of two attempts");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Container",
      says = "created_at is when it was created, in nanoseconds; node agents sort by it")
  @Covers({"PodSandboxStatus.created_at", "ContainerStatus.created_at"})
  void whatIsCreatedLaterHasTheLaterTime(RuntimeUnderTest node) {
    var firstPod = node.runPod();
    var first = firstPod.create("first", "pause").status();
    var second = firstPod.create("second", "pause").status();
    var secondPod = node.runPod();
    assertTrue(
        firstPod.status().getCreatedAt() <= first.getCreatedAt(),
        "the container was created before its pod");
    assertTrue(
        first.getCreatedAt() <= second.getCreatedAt(),
        "the second container was created before the first");
    assertTrue(
        firstPod.status().getCreatedAt() <= secondPod.status().getCreatedAt(),
        "the second pod was created before the first");
  }

  @Test
  @Specification(
      document = "Kubernetes kubelet, kuberuntime container handling",
      says = "a container that is gone is told by the code NotFound")
  @Covers({"ContainerStatusRequest.container_id"})
  void theStatusOfAnUnknownContainerIsNotFound(RuntimeUnderTest node) {
    var request = ContainerStatusRequest.newBuilder().setContainerId("0123456789abcdef").build();
    node.assertFails(Code.NOT_FOUND, () -> node.runtime().containerStatus(request));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says = "the image must have been pulled before")
  @Covers({"ContainerConfig.image"})
  void aContainerOfAnImageThatIsNotHereIsRejected(RuntimeUnderTest node) {
    var pod = node.runPod();
    var absent = ImageSpec.newBuilder().setImage("127.0.0.1:1/keelson-conformance/absent:1");
    var config = pod.containerConfig("main", "pause").setImage(absent).build();
    node.assertRejected(() -> pod.create(config));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatusRequest",
      says = "verbose asks for info, which is for people, and changes nothing else")
  @Covers({"ContainerStatusRequest.verbose", "ContainerStatusResponse.info"})
  void onlyTheVerboseStatusCarriesInfo(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause");
    var request = ContainerStatusRequest.newBuilder().setContainerId(container.id());
    var brief = node.runtime().containerStatus(request.build());
    assertTrue(brief.getInfoMap().isEmpty(), "info of a status that is not verbose");
    var verbose = node.runtime().containerStatus(request.setVerbose(true).build());
    assertEquals(brief.getStatus(), verbose.getStatus(), "the verbose status");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc CreateContainer",
      says = "a container is made in a sandbox that exists")
  @Covers({"CreateContainerRequest.pod_sandbox_id"})
  void aContainerInAPodThatIsNotThereIsRejected(RuntimeUnderTest node) {
    var pod = node.runPod();
    pod.remove();
    node.assertRejected(() -> pod.create("main", "pause"));
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopPodSandbox",
      says = "a sandbox that was stopped runs no more containers")
  @Covers({"StartContainerRequest.container_id"})
  void aContainerOfAStoppedPodCannotBeStarted(RuntimeUnderTest node) {
    var pod = node.runPod();
    var container = pod.create("main", "pause");
    pod.stop();
    node.assertRejected(container::start);
  }

  private static String imageId(RuntimeUnderTest node, ImageSpec image) {
    var request = ImageStatusRequest.newBuilder().setImage(image).build();
    return node.images().imageStatus(request).getImage().getId();
  }
}
