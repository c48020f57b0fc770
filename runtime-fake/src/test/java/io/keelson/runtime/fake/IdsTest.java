package io.keelson.runtime.fake;

import static io.keelson.runtime.fake.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStateValue;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStateValue;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How ids, prefixes and filters find pods and containers. */
@SuppressWarnings("NullAway.Init") // set by @BeforeEach
final class IdsTest {
  @TempDir private Path folder;
  private final HookedBackend backend = new HookedBackend();
  private ServedBackends served;
  private RuntimeClient client;

  @BeforeEach
  void serve() throws Exception {
    served = ServedBackends.start(folder, backend);
    client = served.client();
    client.pullImage(
        Requests.IMAGE, AuthConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
  }

  @AfterEach
  void close() {
    served.close();
  }

  @Test
  void aUniquePrefixStandsForAnId() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    String container = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));

    assertThat(client.podSandboxStatus(pod.substring(0, 12)).getId()).isEqualTo(pod);
    client.startContainer(container.substring(0, 12));
    assertThat(client.containerStatus(container.substring(0, 12)).getId()).isEqualTo(container);
  }

  @Test
  void aPrefixThatFitsSeveralIsRefusedWithTheirNumber() throws Exception {
    for (int i = 0; i < 17; i++) {
      client.runPodSandbox(Requests.pod("pod-" + i), "");
    }
    String shared = sharedFirstDigit();

    assertFails(Status.Code.INVALID_ARGUMENT, () -> client.podSandboxStatus(shared))
        .contains("pod sandbox id prefix '" + shared + "' fits ")
        .contains("give more characters");
    assertFails(Status.Code.INVALID_ARGUMENT, () -> client.stopPodSandbox(shared));
  }

  /** Of 17 hexadecimal ids, two begin alike. */
  private String sharedFirstDigit() throws InterruptedException {
    return client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()).stream()
        .map(pod -> pod.getId().substring(0, 1))
        .filter(digit -> countOf(digit) > 1)
        .findFirst()
        .orElseThrow();
  }

  private long countOf(String prefix) {
    try {
      return client.listPodSandboxes(PodSandboxFilter.newBuilder().setId(prefix).build()).size();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anUnknownIdIsNotFound() {
    assertFails(Status.Code.NOT_FOUND, () -> client.podSandboxStatus("nowhere"))
        .contains("pod sandbox 'nowhere' does not exist");
    assertFails(Status.Code.NOT_FOUND, () -> client.containerStatus("nowhere"))
        .contains("container 'nowhere' does not exist");
    assertFails(Status.Code.NOT_FOUND, () -> client.startContainer("nowhere"));
    assertFails(
        Status.Code.NOT_FOUND,
        () -> client.createContainer("nowhere", Requests.container("c"), Requests.pod("a")));
  }

  @Test
  void podsMadeBeforeThisServerAreFound() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    String container = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));
    served.close();
    served = ServedBackends.start(folder, backend);
    client = served.client();

    assertThat(client.containerStatus(container).getId()).isEqualTo(container);
    client.removePodSandbox(pod);
    assertFails(Status.Code.NOT_FOUND, () -> client.podSandboxStatus(pod));
  }

  @Test
  void podsThatComeAndGoBehindTheServersBackAreSeen() throws Exception {
    String pod = backend.runPodSandbox(Requests.pod("a"), "fake");

    assertThat(client.podSandboxStatus(pod.substring(0, 20)).getId()).isEqualTo(pod);
    backend.removePodSandbox(pod);
    assertFails(Status.Code.NOT_FOUND, () -> client.podSandboxStatus(pod));
    client.stopPodSandbox(pod);
    client.removePodSandbox(pod);
  }

  @Test
  void aBackendThatCannotBeAskedIsNotTakenForAnAbsentPod() throws Exception {
    String pod = backend.runPodSandbox(Requests.pod("a"), "fake");
    backend.hook((call, object) -> {
      if (call.equals("listPodSandboxes")) {
        throw CriException.unavailable("engine is down", null);
      }
    });

    assertFails(Status.Code.UNAVAILABLE, () -> client.podSandboxStatus(pod))
        .contains("engine is down");
    assertFails(Status.Code.UNAVAILABLE, () -> client.removePodSandbox(pod));
  }

  @Test
  void stopAndRemoveOfWhatIsGoneSucceed() throws Exception {
    client.stopPodSandbox("gone");
    client.removePodSandbox("gone");
    client.stopContainer("gone", Duration.ofSeconds(1));
    client.removeContainer("gone");
    client.removeImage(Requests.IMAGE);
    client.removeImage(Requests.IMAGE);

    assertThat(client.imageStatus(Requests.IMAGE)).isEmpty();
  }

  @Test
  void stopAndRemoveCanBeRepeated() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    String container = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));
    client.startContainer(container);

    for (int i = 0; i < 2; i++) {
      client.stopContainer(container, Duration.ofSeconds(1));
    }
    for (int i = 0; i < 2; i++) {
      client.stopPodSandbox(pod);
    }
    assertThat(client.podSandboxStatus(pod).getState()).isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
    for (int i = 0; i < 2; i++) {
      client.removeContainer(container);
      client.removePodSandbox(pod);
    }
  }

  @Test
  void removingARunningPodEndsEverythingInIt() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    String container = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));
    client.startContainer(container);

    client.removePodSandbox(pod);

    assertThat(client.listContainers(ContainerFilter.getDefaultInstance())).isEmpty();
    assertFails(Status.Code.NOT_FOUND, () -> client.containerStatus(container));
  }

  @Test
  void podFiltersCombine() throws Exception {
    String ready = client.runPodSandbox(labelled("a", "tier", "web"), "");
    String stopped = client.runPodSandbox(labelled("b", "tier", "web"), "");
    client.runPodSandbox(labelled("c", "tier", "db"), "");
    client.stopPodSandbox(stopped);
    PodSandboxFilter web = PodSandboxFilter.newBuilder().putLabelSelector("tier", "web").build();
    PodSandboxFilter webReady =
        web.toBuilder()
            .setState(PodSandboxStateValue.newBuilder().setState(PodSandboxState.SANDBOX_READY))
            .build();

    assertThat(client.listPodSandboxes(web))
        .extracting(PodSandbox::getId)
        .containsExactlyInAnyOrder(ready, stopped);
    assertThat(client.listPodSandboxes(webReady))
        .extracting(PodSandbox::getId)
        .containsExactly(ready);
    assertThat(
            client.listPodSandboxes(webReady.toBuilder().setId(stopped.substring(0, 20)).build()))
        .isEmpty();
  }

  @Test
  void containerFiltersCombine() throws Exception {
    String pod = client.runPodSandbox(Requests.pod("a"), "");
    String other = client.runPodSandbox(Requests.pod("b"), "");
    String running = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));
    String created = client.createContainer(pod, Requests.container("d"), Requests.pod("a"));
    String elsewhere = client.createContainer(other, Requests.container("c"), Requests.pod("b"));
    client.startContainer(running);
    client.startContainer(elsewhere);
    ContainerFilter inPod =
        ContainerFilter.newBuilder().setPodSandboxId(pod.substring(0, 20)).build();
    ContainerStateValue state =
        ContainerStateValue.newBuilder().setState(ContainerState.CONTAINER_RUNNING).build();

    assertThat(client.listContainers(inPod))
        .extracting(Container::getId)
        .containsExactlyInAnyOrder(running, created);
    assertThat(client.listContainers(inPod.toBuilder().setState(state).build()))
        .extracting(Container::getId)
        .containsExactly(running);
    assertThat(client.listContainers(inPod.toBuilder().setId(elsewhere).build())).isEmpty();
  }

  private static PodSandboxConfig labelled(String name, String key, String value) {
    return Requests.pod(name).toBuilder().putLabels(key, value).build();
  }
}
