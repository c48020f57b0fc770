package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatusRequest;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods from RunPodSandbox to RemovePodSandbox. */
@ExtendWith(GivesRuntime.class)
public final class PodLifeCycle {
  /** Called by JUnit. */
  PodLifeCycle() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc RunPodSandbox",
      says = "a sandbox that was run is ready when the call returns")
  @Covers({
    "RunPodSandboxRequest.config",
    "RunPodSandboxResponse.pod_sandbox_id",
    "PodSandboxStatusRequest.pod_sandbox_id",
    "PodSandboxStatusResponse.status",
    "PodSandboxStatus.id",
    "PodSandboxStatus.state"
  })
  void aPodThatRunsIsReady(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assertEquals(pod.id(), pod.status().getId(), "id in PodSandboxStatus");
    assertEquals(PodSandboxState.SANDBOX_READY, pod.status().getState(), "state of the pod");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStatus",
      says = "metadata, labels and annotations are those of the config")
  @Covers({
    "PodSandboxConfig.metadata",
    "PodSandboxConfig.labels",
    "PodSandboxConfig.annotations",
    "PodSandboxStatus.metadata",
    "PodSandboxStatus.labels",
    "PodSandboxStatus.annotations",
    "PodSandboxMetadata.name",
    "PodSandboxMetadata.uid",
    "PodSandboxMetadata.namespace",
    "PodSandboxMetadata.attempt"
  })
  void theStatusRepeatsMetadataLabelsAndAnnotations(RuntimeUnderTest node) {
    var config = node.podConfig().putLabels("app", "web").putAnnotations("note", "a b=c");
    config.getMetadataBuilder().setAttempt(3);
    Pod pod = node.runPod(config.build());
    var status = pod.status();
    assertEquals(config.getMetadata(), status.getMetadata(), "metadata");
    assertEquals(config.getLabelsMap(), status.getLabelsMap(), "labels");
    assertEquals(config.getAnnotationsMap(), status.getAnnotationsMap(), "annotations");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStatus",
      says = "created_at counts nanoseconds and is never 0")
  @Covers({"PodSandboxStatus.created_at"})
  void thePodIsCreatedNowInNanoseconds(RuntimeUnderTest node) {
    Instant before = Instant.now().minusSeconds(5);
    Pod pod = node.runPod();
    Instant created = Instant.ofEpochSecond(0, pod.status().getCreatedAt());
    assertTrue(
        created.isAfter(before) && created.isBefore(Instant.now().plusSeconds(5)),
        "created_at " + created + " is not now, within 5 s");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStatus",
      says = "network is the network status of the sandbox")
  @Covers({"PodSandboxStatus.network", "PodSandboxNetworkStatus.ip"})
  void aPodWithANetworkOfItsOwnHasAnAddress(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assertTrue(
        pod.status().getNetwork().getIp().matches("[0-9.]+|[0-9a-f:]+"),
        "ip is no address: " + pod.status().getNetwork().getIp());
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStatus",
      says = "runtime_handler is the handler the pod was run with")
  @Covers({"RunPodSandboxRequest.runtime_handler", "PodSandboxStatus.runtime_handler"})
  void theStatusNamesTheHandler(RuntimeUnderTest node) {
    assumeFalse(
        node.runtimeHandler().isEmpty(),
        "no runtime handler is given, and the contract leaves open what the default one is called");
    Pod pod = node.runPod();
    assertEquals(node.runtimeHandler(), pod.status().getRuntimeHandler(), "runtime_handler");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message RunPodSandboxRequest",
      says = "a pod with a handler that the runtime does not know is refused")
  @Covers({"RunPodSandboxRequest.runtime_handler"})
  void anUnknownHandlerIsRejected(RuntimeUnderTest node) {
    var request =
        RunPodSandboxRequest.newBuilder()
            .setConfig(node.podConfig())
            .setRuntimeHandler("no-such-handler-anywhere")
            .build();
    node.assertRejected(() -> node.runtime().runPodSandbox(request));
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StopPodSandbox",
      says = "every process in it has ended when the call returns")
  @Covers({"StopPodSandboxRequest.pod_sandbox_id"})
  void aStoppedPodIsNotReadyAndItsContainersHaveEnded(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var container = pod.create("main", "pause").start();
    pod.stop();
    assertEquals(PodSandboxState.SANDBOX_NOTREADY, pod.status().getState(), "state of the pod");
    assertEquals(
        ContainerState.CONTAINER_EXITED, container.status().getState(), "state of the container");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc RemovePodSandbox",
      says = "containers that still run in it are ended and removed with it")
  @Covers({"RemovePodSandboxRequest.pod_sandbox_id"})
  void removingAPodTakesItsContainersWithIt(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var container = pod.create("main", "pause").start();
    pod.remove();
    node.assertFails(Code.NOT_FOUND, pod::status);
    node.assertFails(Code.NOT_FOUND, container::status);
  }

  @Test
  @Specification(
      document = "Kubernetes kubelet, kuberuntime sandbox handling",
      says = "a pod that is gone is told by the code NotFound")
  @Covers({"PodSandboxStatusRequest.pod_sandbox_id"})
  void theStatusOfAnUnknownPodIsNotFound(RuntimeUnderTest node) {
    var request = PodSandboxStatusRequest.newBuilder().setPodSandboxId("0123456789abcdef").build();
    node.assertFails(Code.NOT_FOUND, () -> node.runtime().podSandboxStatus(request));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxMetadata",
      says = "attempts tell sandboxes of one pod from each other")
  @Covers({"PodSandboxMetadata.attempt"})
  void anotherAttemptIsAnotherPod(RuntimeUnderTest node) {
    Pod first = node.runPod();
    var config = first.config().toBuilder();
    config.getMetadataBuilder().setAttempt(1);
    Pod second = node.runPod(config.build());
    assertNotEquals(first.id(), second.id(), "the ids of two attempts");
    assertFalse(second.id().isEmpty(), "the id is empty");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStatusRequest",
      says = "verbose asks for info, which is for people, and changes nothing else")
  @Covers({"PodSandboxStatusRequest.verbose", "PodSandboxStatusResponse.info"})
  void onlyTheVerboseStatusCarriesInfo(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var request = PodSandboxStatusRequest.newBuilder().setPodSandboxId(pod.id());
    var brief = node.runtime().podSandboxStatus(request.build());
    assertTrue(brief.getInfoMap().isEmpty(), "info of a status that is not verbose");
    var verbose = node.runtime().podSandboxStatus(request.setVerbose(true).build());
    assertEquals(brief.getStatus(), verbose.getStatus(), "the verbose status");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxConfig",
      says = "metadata is what tells one sandbox from another, and has to be given")
  @Covers({"PodSandboxConfig.metadata"})
  void aPodWithoutMetadataIsRejected(RuntimeUnderTest node) {
    var config = node.podConfig().clearMetadata().build();
    node.assertRejected(() -> node.runPod(config));
  }
}
