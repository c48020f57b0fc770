package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ListContainersRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.RemoveContainerRequest;
import io.keelson.runtime.v1.RemoveImageRequest;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import java.util.UUID;
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

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemoveImage",
      says = "an image that is not there is removed already")
  @Covers({"RemoveImageRequest.image"})
  void anAbsentImageCanBeRemovedTwice(RuntimeUnderTest node) {
    var image = ImageSpec.newBuilder().setImage("127.0.0.1:1/keelson-conformance/absent:1");
    var request = RemoveImageRequest.newBuilder().setImage(image).build();
    assertDoesNotThrow(() -> node.images().removeImage(request), "the first RemoveImage");
    assertDoesNotThrow(() -> node.images().removeImage(request), "the second RemoveImage");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxMetadata",
      says = "name, namespace, uid and attempt together are those of one sandbox on the node")
  @Covers({"RunPodSandboxRequest.config", "PodSandboxConfig.metadata"})
  void aPodOfTheSameNameAndAttemptIsNotRunTwice(RuntimeUnderTest node) {
    Pod pod =
        node.runPod(node.podConfig().putLabels("twice", UUID.randomUUID().toString()).build());
    try {
      assertEquals(pod.id(), node.runPod(pod.config()).id(), "the id the second call answers with");
    } catch (StatusRuntimeException refused) {
      assertNotEquals(Code.UNAVAILABLE, refused.getStatus().getCode(), "code of the refusal");
    }
    var filter =
        PodSandboxFilter.newBuilder()
            .putLabelSelector("twice", pod.config().getLabelsOrThrow("twice"));
    var request = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
    assertEquals(1, node.runtime().listPodSandbox(request).getItemsCount(), "sandboxes of the pod");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerMetadata",
      says = "name and attempt together are those of one container in its sandbox")
  @Covers({
    "CreateContainerRequest.config",
    "ContainerConfig.metadata",
    "ContainerMetadata.name",
    "ContainerMetadata.attempt"
  })
  void aContainerOfTheSameNameAndAttemptIsNotCreatedTwice(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var container = pod.create("main", "pause");
    try {
      assertEquals(
          container.id(), pod.create("main", "pause").id(), "the id the second call answers with");
    } catch (StatusRuntimeException refused) {
      assertNotEquals(Code.UNAVAILABLE, refused.getStatus().getCode(), "code of the refusal");
    }
    var filter = ContainerFilter.newBuilder().setPodSandboxId(pod.id());
    var request = ListContainersRequest.newBuilder().setFilter(filter).build();
    assertEquals(
        1, node.runtime().listContainers(request).getContainersCount(), "containers of the pod");
  }
}
