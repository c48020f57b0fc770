package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.CheckpointContainerRequest;
import io.keelson.runtime.v1.CheckpointContainerResponse;
import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.RestorePodRequest;
import io.keelson.runtime.v1.RestorePodResponse;
import io.keelson.runtime.v1.RestoredContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Containers and pods that are written down, and pods that are restored. */
@ExtendWith(GivesRuntime.class)
public final class Checkpoints {
  private static final int SECONDS = 30;

  /** Called by JUnit. */
  Checkpoints() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc CheckpointContainer",
      says = "writes a running container to the archive at location; the container goes on")
  @Covers({
    "CheckpointContainerRequest.container_id",
    "CheckpointContainerRequest.location",
    "CheckpointContainerRequest.timeout"
  })
  void aRunningContainerIsWrittenAndGoesOn(RuntimeUnderTest node) throws IOException {
    Path archive = node.newFolder().resolve("checkpoint.tar");
    var container = node.runPod().startWaiting();
    checkpoint(node, container.id(), archive);
    assertTrue(Files.size(archive) > 0, "the archive at " + archive + " is empty");
    assertEquals(
        ContainerState.CONTAINER_RUNNING, container.status().getState(), "state afterwards");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc CheckpointContainer",
      says = "the container must be there and run")
  @Covers({"CheckpointContainerRequest.container_id"})
  void aContainerThatDoesNotRunCannotBeWritten(RuntimeUnderTest node) {
    Path folder = node.newFolder();
    Pod pod = node.runPod();
    checkpoint(node, pod.startWaiting().id(), folder.resolve("first.tar"));
    var created = pod.create("created", "pause");
    node.assertRejected(() -> request(node, created.id(), folder.resolve("created.tar")));
    node.assertFails(
        Code.NOT_FOUND, () -> request(node, "0123456789abcdef", folder.resolve("absent.tar")));
    assertFalse(Files.exists(folder.resolve("created.tar")), "an archive of what was refused");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpcs CheckpointPod and RestorePod",
      says =
          "containers of a pod are written to output_path and go on; from there a new pod is made, with its containers created")
  @Covers({
    "CheckpointPodRequest.pod_sandbox_id",
    "CheckpointPodRequest.output_path",
    "CheckpointPodRequest.container_ids",
    "RestorePodRequest.checkpoint_path",
    "RestorePodRequest.config",
    "RestorePodRequest.runtime_handler",
    "RestorePodRequest.container_configs",
    "RestorePodResponse.pod_sandbox_id",
    "RestorePodResponse.restored_containers",
    "RestoredContainer.name",
    "RestoredContainer.container_id"
  })
  void aPodIsWrittenAndRestored(RuntimeUnderTest node) throws IOException {
    Path folder = node.newFolder();
    Pod pod = node.runPod();
    var container = pod.startWaiting();
    orDoNotApply(
        "CheckpointPod",
        () ->
            node.runtime()
                .checkpointPod(
                    CheckpointPodRequest.newBuilder()
                        .setPodSandboxId(pod.id())
                        .setOutputPath(folder.toString())
                        .addContainerIds(container.id())
                        .build()));
    try (Stream<Path> files = Files.list(folder)) {
      assertTrue(files.findAny().isPresent(), "there is nothing in " + folder);
    }
    assertEquals(
        ContainerState.CONTAINER_RUNNING, container.status().getState(), "state afterwards");
    var config = node.podConfig().build();
    RestorePodResponse restored =
        orDoNotApply(
            "RestorePod",
            () ->
                node.runtime()
                    .restorePod(
                        RestorePodRequest.newBuilder()
                            .setCheckpointPath(folder.toString())
                            .setConfig(config)
                            .setRuntimeHandler(node.runtimeHandler())
                            .addContainerConfigs(container.config())
                            .build()));
    Pod copy = node.adopt(restored.getPodSandboxId(), config);
    assertEquals(PodSandboxState.SANDBOX_READY, copy.status().getState(), "state of the new pod");
    assertEquals(config.getMetadata(), copy.status().getMetadata(), "metadata of the new pod");
    assertEquals(1, restored.getRestoredContainersCount(), "number of restored containers");
    RestoredContainer part = restored.getRestoredContainers(0);
    assertEquals("main", part.getName(), "name of the restored container");
    var again = new TestContainer(node, part.getContainerId(), container.config());
    assertEquals(
        ContainerState.CONTAINER_CREATED, again.status().getState(), "state before its start");
    assertEquals(
        ContainerState.CONTAINER_RUNNING, again.start().status().getState(), "state when started");
  }

  private static void checkpoint(RuntimeUnderTest node, String containerId, Path archive) {
    orDoNotApply("CheckpointContainer", () -> request(node, containerId, archive));
  }

  private static CheckpointContainerResponse request(
      RuntimeUnderTest node, String containerId, Path archive) {
    return node.runtime()
        .checkpointContainer(
            CheckpointContainerRequest.newBuilder()
                .setContainerId(containerId)
                .setLocation(archive.toString())
                .setTimeout(SECONDS)
                .build());
  }

  /**
   * A machine without CRIU and the like can write nothing down, which is no fault of the runtime.
   */
  private static <R> R orDoNotApply(String rpc, Supplier<R> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      String reason = String.valueOf(e.getStatus().getDescription());
      assumeFalse(
          e.getStatus().getCode() == Code.UNIMPLEMENTED
              || e.getStatus().getCode() == Code.FAILED_PRECONDITION
              || reason.toLowerCase(Locale.ROOT).contains("criu"),
          "the runtime does not serve %s here: %s".formatted(rpc, reason));
      throw e;
    }
  }
}
