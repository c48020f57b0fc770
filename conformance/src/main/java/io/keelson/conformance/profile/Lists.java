package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStateValue;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.ListContainersRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStateValue;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** ListPodSandbox and ListContainers, and their filters. */
@ExtendWith(GivesRuntime.class)
public final class Lists {
  /** Called by JUnit. */
  Lists() {}

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxFilter",
      says = "id, state and label_selector; all that are set must match")
  @Covers({
    "ListPodSandboxRequest.filter",
    "ListPodSandboxResponse.items",
    "PodSandboxFilter.id",
    "PodSandboxFilter.state",
    "PodSandboxFilter.label_selector",
    "PodSandboxStateValue.state",
    "PodSandbox.id"
  })
  void podsAreFoundByIdStateAndLabelsTogether(RuntimeUnderTest node) {
    var pod = node.runPod(node.podConfig().putLabels("app", "web").build());
    var other = node.runPod();
    var ready = PodSandboxStateValue.newBuilder().setState(PodSandboxState.SANDBOX_READY);
    var filter = PodSandboxFilter.newBuilder().setId(pod.id()).setState(ready);
    assertEquals(List.of(pod.id()), pods(node, filter), "by id and state");
    filter.putLabelSelector("app", "web");
    assertEquals(List.of(pod.id()), pods(node, filter), "by id, state and label");
    filter.putLabelSelector("app", "database");
    assertEquals(List.of(), pods(node, filter), "by another label");
    pod.stop();
    filter.putLabelSelector("app", "web");
    assertEquals(List.of(), pods(node, filter), "stopped, by the state ready");
    assertEquals(
        List.of(other.id()),
        pods(node, PodSandboxFilter.newBuilder().setId(other.id())),
        "another pod by its id");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandbox",
      says = "the entry says the same as the status")
  @Covers({
    "PodSandbox.metadata",
    "PodSandbox.state",
    "PodSandbox.created_at",
    "PodSandbox.labels",
    "PodSandbox.annotations",
    "PodSandbox.runtime_handler"
  })
  void anEntryOfThePodListAgreesWithTheStatus(RuntimeUnderTest node) {
    var pod = node.runPod(node.podConfig().putAnnotations("a", "b").build());
    assertAgrees(node, pod.status());
    pod.stop();
    assertAgrees(node, pod.status());
  }

  private static void assertAgrees(RuntimeUnderTest node, PodSandboxStatus status) {
    var filter = PodSandboxFilter.newBuilder().setId(status.getId());
    var request = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
    var entry = node.runtime().listPodSandbox(request).getItems(0);
    assertEquals(status.getState(), entry.getState(), "state");
    assertEquals(status.getMetadata(), entry.getMetadata(), "metadata");
    assertEquals(status.getCreatedAt(), entry.getCreatedAt(), "created_at");
    assertEquals(status.getLabelsMap(), entry.getLabelsMap(), "labels");
    assertEquals(status.getAnnotationsMap(), entry.getAnnotationsMap(), "annotations");
    assertEquals(status.getRuntimeHandler(), entry.getRuntimeHandler(), "runtime_handler");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerFilter",
      says = "id, state, pod_sandbox_id and label_selector; all that are set must match")
  @Covers({
    "ListContainersRequest.filter",
    "ListContainersResponse.containers",
    "ContainerFilter.id",
    "ContainerFilter.state",
    "ContainerFilter.pod_sandbox_id",
    "ContainerFilter.label_selector",
    "ContainerStateValue.state",
    "Container.id"
  })
  void containersAreFoundByIdStatePodAndLabelsTogether(RuntimeUnderTest node) {
    var pod = node.runPod();
    var container =
        pod.create(pod.containerConfig("main", "pause").putLabels("app", "web").build());
    var other = pod.create("other", "pause");
    node.runPod().create("main", "pause");
    var created = ContainerStateValue.newBuilder().setState(ContainerState.CONTAINER_CREATED);
    assertEquals(
        List.of(other.id()),
        containers(node, ContainerFilter.newBuilder().setId(other.id())),
        "by id");
    var filter = ContainerFilter.newBuilder().setPodSandboxId(pod.id()).setState(created);
    assertEquals(2, containers(node, filter).size(), "by pod and state");
    filter.putLabelSelector("app", "web");
    assertEquals(List.of(container.id()), containers(node, filter), "by pod, state and label");
    filter.setId(container.id());
    assertEquals(List.of(container.id()), containers(node, filter), "by everything");
    container.start();
    assertEquals(List.of(), containers(node, filter), "running, by the state created");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerFilter",
      says = "id is that of the container; runtimes take an unambiguous beginning of it")
  @Covers({"ContainerFilter.id", "PodSandboxFilter.id"})
  void theBeginningOfAnIdFindsItsObject(RuntimeUnderTest node) {
    var pod = node.runPod();
    var container = pod.create("main", "pause");
    assertEquals(
        List.of(pod.id()),
        pods(node, PodSandboxFilter.newBuilder().setId(pod.id().substring(0, 13))),
        "the pod by the beginning of its id");
    assertEquals(
        List.of(container.id()),
        containers(node, ContainerFilter.newBuilder().setId(container.id().substring(0, 13))),
        "the container by the beginning of its id");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Container",
      says = "the entry says the same as the status, and names the pod")
  @Covers({
    "Container.pod_sandbox_id",
    "Container.metadata",
    "Container.state",
    "Container.created_at",
    "Container.labels",
    "Container.annotations",
    "Container.image_ref"
  })
  void anEntryOfTheContainerListAgreesWithTheStatus(RuntimeUnderTest node) {
    var pod = node.runPod();
    var config = pod.containerConfig("main", "pause").putLabels("a", "b").putAnnotations("c", "d");
    var container = pod.create(config.build());
    assertAgrees(node, pod.id(), container.status());
    assertAgrees(node, pod.id(), container.start().status());
    container.stop(10);
    assertAgrees(node, pod.id(), container.status());
  }

  private static void assertAgrees(RuntimeUnderTest node, String pod, ContainerStatus status) {
    var filter = ContainerFilter.newBuilder().setId(status.getId());
    var request = ListContainersRequest.newBuilder().setFilter(filter).build();
    var entry = node.runtime().listContainers(request).getContainers(0);
    assertEquals(pod, entry.getPodSandboxId(), "pod_sandbox_id");
    assertEquals(status.getState(), entry.getState(), "state");
    assertEquals(status.getMetadata(), entry.getMetadata(), "metadata");
    assertEquals(status.getCreatedAt(), entry.getCreatedAt(), "created_at");
    assertEquals(status.getLabelsMap(), entry.getLabelsMap(), "labels");
    assertEquals(status.getAnnotationsMap(), entry.getAnnotationsMap(), "annotations");
    assertEquals(
        imageId(node, status.getImageRef()),
        imageId(node, entry.getImageRef()),
        "the id of the image that image_ref '%s' names".formatted(entry.getImageRef()));
  }

  /** Runtimes may refer to one image by its id here and by a digest there. */
  private static String imageId(RuntimeUnderTest node, String reference) {
    var image = ImageSpec.newBuilder().setImage(reference);
    var request = ImageStatusRequest.newBuilder().setImage(image).build();
    assertFalse(reference.isEmpty(), "image_ref is empty");
    return node.images().imageStatus(request).getImage().getId();
  }

  private static List<String> pods(RuntimeUnderTest node, PodSandboxFilter.Builder filter) {
    var request = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
    return node.runtime().listPodSandbox(request).getItemsList().stream()
        .map(PodSandbox::getId)
        .toList();
  }

  private static List<String> containers(RuntimeUnderTest node, ContainerFilter.Builder filter) {
    var request = ListContainersRequest.newBuilder().setFilter(filter).build();
    return node.runtime().listContainers(request).getContainersList().stream()
        .map(Container::getId)
        .toList();
  }
}
