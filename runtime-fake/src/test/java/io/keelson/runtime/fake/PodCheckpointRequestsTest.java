package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.PodCheckpoints;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.CheckpointPodRequest;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.RestorePodRequest;
import io.keelson.runtime.v1.RestorePodResponse;
import io.keelson.runtime.v1.RestoredContainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the server makes of CheckpointPod and RestorePod before a backend sees them, and after. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class PodCheckpointRequestsTest {
  @TempDir private Path folder;
  private final Checkpointing backend = new Checkpointing();
  private ServedBackends served;
  private RuntimeClient client;
  private String pod;
  private String container;

  /** Notes what it is to write, and restores by making anew. */
  private static final class Checkpointing extends HookedBackend implements PodCheckpoints {
    final List<List<String>> written = new ArrayList<>();

    @Override
    public void checkpointPod(String podSandboxId, List<String> containerIds, Path into) {
      written.add(containerIds);
    }

    @Override
    public RestoredPod restorePod(
        Path from, PodSandboxConfig config, String handler, List<ContainerConfig> containers)
        throws InterruptedException {
      String made = podSandboxes().runPodSandbox(config, handler);
      List<String> ids = new ArrayList<>();
      for (ContainerConfig each : containers) {
        ids.add(containers().createContainer(made, each, config));
      }
      return new RestoredPod(made, ids);
    }
  }

  @BeforeEach
  void runAPodOfOneContainer() throws Exception {
    served = ServedBackends.start(folder, backend);
    client = served.client();
    pod = client.runPodSandbox(Requests.pod("a"), "");
    client.pullImage(Requests.IMAGE, AuthConfig.getDefaultInstance(), Requests.pod("a"));
    container = client.createContainer(pod, Requests.container("main"), Requests.pod("a"));
  }

  @AfterEach
  void close() {
    served.close();
  }

  private CheckpointPodRequest.Builder checkpoint() {
    return CheckpointPodRequest.newBuilder()
        .setPodSandboxId(pod)
        .setOutputPath("/folder")
        .addContainerIds(container);
  }

  private static RestorePodRequest.Builder restore(String name) {
    return RestorePodRequest.newBuilder()
        .setCheckpointPath("/folder")
        .setConfig(Requests.pod(name))
        .addContainerConfigs(Requests.container("one"))
        .addContainerConfigs(Requests.container("two"));
  }

  private void refuses(CheckpointPodRequest.Builder request, String message) {
    assertRefused(
        Status.Code.INVALID_ARGUMENT,
        message,
        () -> served.runtime().checkpointPod(request.build()));
    assertThat(backend.written).isEmpty();
  }

  private void refuses(RestorePodRequest.Builder request, String message) {
    assertRefused(
        Status.Code.INVALID_ARGUMENT, message, () -> served.runtime().restorePod(request.build()));
  }

  private static void assertRefused(Status.Code code, String message, ThrowingCallable call) {
    assertThat(catchThrowableOfType(StatusRuntimeException.class, call).getStatus())
        .satisfies(
            status -> assertThat(status.getCode()).isEqualTo(code),
            status -> assertThat(status.getDescription()).contains(message));
  }

  @Test
  void theBackendIsGivenFullIdsOfContainersOfThePod() {
    served
        .runtime()
        .checkpointPod(checkpoint().setContainerIds(0, container.substring(0, 10)).build());

    assertThat(backend.written).containsExactly(List.of(container));
  }

  @Test
  void whatIsToBeWrittenIsCheckedFirst() throws Exception {
    String other = client.runPodSandbox(Requests.pod("b"), "");
    refuses(checkpoint().clearContainerIds(), "container_ids is empty");
    refuses(checkpoint().addContainerIds(container), "names container '" + container + "' twice");
    refuses(checkpoint().setPodSandboxId(other), "is not in pod sandbox '" + other + "'");
    refuses(checkpoint().setOutputPath("folder"), "output_path 'folder'");
    refuses(checkpoint().putOptions("leave", "paused"), "options has [leave]");
  }

  @Test
  void whatIsToBeRestoredIsCheckedFirst() {
    refuses(restore("b").clearConfig(), "config is missing");
    refuses(restore("b").setCheckpointPath(""), "checkpoint_path");
    refuses(restore("b").clearContainerConfigs(), "container_configs is empty");
    refuses(
        restore("b").addContainerConfigs(Requests.container("one")), "two containers named 'one'");
    refuses(restore("b").putOptions("tcp", "close"), "options has [tcp]");
    assertRefused(
        Status.Code.ALREADY_EXISTS,
        "has sandbox " + pod,
        () -> served.runtime().restorePod(restore("a").build()));
  }

  @Test
  void eachRestoredContainerIsToldByItsName() throws Exception {
    RestorePodResponse restored = served.runtime().restorePod(restore("b").build());

    assertThat(client.podSandboxStatus(restored.getPodSandboxId()).getMetadata().getName())
        .isEqualTo("b");
    assertThat(restored.getRestoredContainersList())
        .extracting(RestoredContainer::getName)
        .containsExactly("one", "two");
    for (RestoredContainer each : restored.getRestoredContainersList()) {
      assertThat(client.containerStatus(each.getContainerId()).getMetadata().getName())
          .isEqualTo(each.getName());
    }
  }
}
