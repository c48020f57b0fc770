package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.RemoveContainerRequest;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Calls that a node agent makes again because it did not hear the answer. */
@ExtendWith(GivesRuntime.class)
public final class RepeatedCalls {
  /** Called by JUnit. */
  RepeatedCalls() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopPodSandbox",
      says = "stopping what is stopped already succeeds")
  @Covers({"StopPodSandboxRequest.pod_sandbox_id"})
  void aPodCanBeStoppedTwice(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    pod.stop();
    assertDoesNotThrow(pod::stop, "the second StopPodSandbox");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemovePodSandbox",
      says = "removing a sandbox that is gone succeeds")
  @Covers({"RemovePodSandboxRequest.pod_sandbox_id"})
  void aPodCanBeRemovedTwice(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    pod.remove();
    assertDoesNotThrow(pod::remove, "the second RemovePodSandbox");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopContainer",
      says = "stopping what is stopped already succeeds")
  @Covers({"StopContainerRequest.container_id"})
  void aContainerCanBeStoppedTwice(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause").start();
    container.stop(10);
    assertDoesNotThrow(() -> container.stop(10), "the second StopContainer");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemoveContainer",
      says = "removing a container that is gone succeeds")
  @Covers({"RemoveContainerRequest.container_id"})
  void aContainerCanBeRemovedTwice(RuntimeUnderTest node) {
    var container = node.runPod().create("main", "pause");
    container.remove();
    assertDoesNotThrow(container::remove, "the second RemoveContainer");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpcs Stop and Remove",
      says = "what is not there is stopped and removed already")
  @Covers({
    "StopPodSandboxRequest.pod_sandbox_id",
    "RemovePodSandboxRequest.pod_sandbox_id",
    "StopContainerRequest.container_id",
    "RemoveContainerRequest.container_id"
  })
  void whatNeverExistedIsStoppedAndRemoved(RuntimeUnderTest node) {
    String id = "0123456789abcdef";
    var runtime = node.runtime();
    assertDoesNotThrow(
        () ->
            runtime.stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build()),
        "StopPodSandbox");
    assertDoesNotThrow(
        () ->
            runtime.removePodSandbox(
                RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build()),
        "RemovePodSandbox");
    assertDoesNotThrow(
        () -> runtime.stopContainer(StopContainerRequest.newBuilder().setContainerId(id).build()),
        "StopContainer");
    assertDoesNotThrow(
        () ->
            runtime.removeContainer(RemoveContainerRequest.newBuilder().setContainerId(id).build()),
        "RemoveContainer");
  }
}
