package io.keelson.runtime.fake;

import static io.keelson.runtime.fake.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.StatusResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One daemon in front of two backends; the runtime handler chooses. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class SeveralBackendsTest {
  private static final ImageSpec VM_IMAGE =
      Requests.IMAGE.toBuilder().setRuntimeHandler("vm").build();

  @TempDir private Path folder;
  private final HookedBackend first = new HookedBackend("plain");
  private final HookedBackend second = new HookedBackend("vm");
  private ServedBackends served;
  private RuntimeClient client;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, first, second);
    client = served.client();
  }

  @AfterEach
  void close() {
    served.close();
  }

  private String pull(ImageSpec image) throws InterruptedException {
    return client.pullImage(
        image, AuthConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
  }

  @Test
  void theHandlerChoosesTheBackendAndIdsFindItAfterwards() throws Exception {
    pull(VM_IMAGE);
    String inFirst = client.runPodSandbox(Requests.pod("a"), "");
    String inSecond = client.runPodSandbox(Requests.pod("b"), "vm");
    String container = client.createContainer(inSecond, Requests.container("c"), Requests.pod("b"));
    client.startContainer(container);

    assertThat(first.listPodSandboxes()).extracting(PodSandbox::getId).containsExactly(inFirst);
    assertThat(second.listPodSandboxes()).extracting(PodSandbox::getId).containsExactly(inSecond);
    assertThat(client.containerStatus(container).getId()).isEqualTo(container);
    assertThat(client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()))
        .extracting(PodSandbox::getRuntimeHandler)
        .containsExactlyInAnyOrder("plain", "vm");
    client.removePodSandbox(inSecond);
    assertThat(second.listContainers()).isEmpty();
  }

  @Test
  void anUnknownHandlerIsRefusedWithTheKnownOnes() {
    assertFails(Status.Code.INVALID_ARGUMENT, () -> client.runPodSandbox(Requests.pod("a"), "kata"))
        .contains("runtime handler 'kata' is not configured here; known are plain, vm");
    assertFails(
        Status.Code.INVALID_ARGUMENT,
        () -> client.imageStatus(VM_IMAGE.toBuilder().setRuntimeHandler("kata").build()));
  }

  @Test
  void imagesBelongToTheBackendOfTheirHandler() throws Exception {
    String id = pull(VM_IMAGE);

    assertThat(client.imageStatus(Requests.IMAGE)).isEmpty();
    assertThat(client.imageStatus(VM_IMAGE)).isPresent();
    assertThat(client.listImages(ImageFilter.getDefaultInstance()))
        .extracting(Image::getId, image -> image.getSpec().getRuntimeHandler())
        .containsExactly(tuple(id, "vm"));
  }

  @Test
  void anImageOfAnotherBackendCanBeRemovedWithoutKnowingItsHandler() throws Exception {
    String id = pull(VM_IMAGE);

    client.removeImage(ImageSpec.newBuilder().setImage(id).build());

    assertThat(client.listImages(ImageFilter.getDefaultInstance())).isEmpty();
  }

  @Test
  void usageOfOneFilesystemAddsUp() throws Exception {
    pull(Requests.IMAGE);
    pull(VM_IMAGE);

    ImageFsInfoResponse info = client.imageFsInfo();

    assertThat(info.getImageFilesystemsList()).hasSize(1);
    assertThat(info.getImageFilesystems(0).getInodesUsed().getValue()).isEqualTo(2);
  }

  @Test
  void theDefaultBackendDecidesWhetherTheNodeIsReady() throws Exception {
    second.hook((call, object) -> {
      if (call.equals("conditions")) {
        throw CriException.unavailable("no /dev/kvm", null);
      }
    });

    StatusResponse status = client.status();

    assertThat(status.getStatus().getConditionsList())
        .extracting(RuntimeCondition::getType, RuntimeCondition::getStatus)
        .containsExactly(
            tuple("RuntimeReady", true),
            tuple("NetworkReady", true),
            tuple("RuntimeReady/vm", false));
    assertThat(status.getStatus().getConditions(2).getMessage()).contains("no /dev/kvm");
    assertThat(status.getRuntimeHandlersList())
        .extracting(RuntimeHandler::getName)
        .containsExactly("plain", "vm", "");
  }

  @Test
  void verboseStatusShowsTheConfiguration() throws Exception {
    assertThat(client.status().getInfoMap()).isEmpty();
    assertThat(client.statusVerbose().getInfoOrThrow("config"))
        .contains("\"name\":\"plain\"")
        .contains("\"runtimeHandlers\":[\"vm\"]")
        .contains("unix://" + folder);
  }

  @Test
  void aHandlerCanBelongToOneBackendOnly() {
    assertThatThrownBy(() ->
            ServedBackends.start(
                folder.resolve("twice"), new HookedBackend("x"), new HookedBackend("x")))
        .hasMessageContaining("runtime handler 'x' is claimed by backend x and by backend x");
  }
}
