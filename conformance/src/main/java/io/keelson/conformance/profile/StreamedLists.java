package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.Message;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.ListContainersRequest;
import io.keelson.runtime.v1.ListImagesRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.StreamContainersRequest;
import io.keelson.runtime.v1.StreamImagesRequest;
import io.keelson.runtime.v1.StreamPodSandboxesRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The streaming forms of the lists: the same items, in any number of messages. */
@ExtendWith(GivesRuntime.class)
public final class StreamedLists {
  /** Called by JUnit. */
  StreamedLists() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc StreamPodSandboxes",
      says = "the sandboxes that ListPodSandbox answers with, each in one message")
  @Covers({"StreamPodSandboxesRequest.filter", "StreamPodSandboxesResponse.pod_sandboxes"})
  void streamedPodsAreThoseOfTheList(RuntimeUnderTest node) {
    String mark = UUID.randomUUID().toString();
    node.runPod(node.podConfig().putLabels("mark", mark).build());
    node.runPod(node.podConfig().putLabels("mark", mark).build()).stop();
    node.runPod();
    var filter = PodSandboxFilter.newBuilder().putLabelSelector("mark", mark);
    var whole = ListPodSandboxRequest.newBuilder().setFilter(filter).build();
    var pieces = StreamPodSandboxesRequest.newBuilder().setFilter(filter).build();
    assertSameItems(
        node.runtime().listPodSandbox(whole).getItemsList(),
        pieces(node, "StreamPodSandboxes", () -> node.runtime().streamPodSandboxes(pieces))
            .flatMap(message -> message.getPodSandboxesList().stream()));
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StreamContainers",
      says = "the containers that ListContainers answers with, each in one message")
  @Covers({"StreamContainersRequest.filter", "StreamContainersResponse.containers"})
  void streamedContainersAreThoseOfTheList(RuntimeUnderTest node) {
    var pod = node.runPod();
    pod.create("first", "pause");
    pod.create("second", "pause");
    var filter = ContainerFilter.newBuilder().setPodSandboxId(pod.id());
    var whole = ListContainersRequest.newBuilder().setFilter(filter).build();
    var pieces = StreamContainersRequest.newBuilder().setFilter(filter).build();
    assertSameItems(
        node.runtime().listContainers(whole).getContainersList(),
        pieces(node, "StreamContainers", () -> node.runtime().streamContainers(pieces))
            .flatMap(message -> message.getContainersList().stream()));
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StreamImages",
      says = "the images that ListImages answers with, each in one message")
  @Covers({"StreamImagesRequest.filter", "StreamImagesResponse.images"})
  void streamedImagesAreThoseOfTheList(RuntimeUnderTest node) {
    node.pull();
    var filter = ImageFilter.newBuilder().setImage(node.image());
    var whole = ListImagesRequest.newBuilder().setFilter(filter).build();
    var pieces = StreamImagesRequest.newBuilder().setFilter(filter).build();
    assertSameItems(
        node.images().listImages(whole).getImagesList(),
        pieces(node, "StreamImages", () -> node.images().streamImages(pieces))
            .flatMap(message -> message.getImagesList().stream()));
  }

  private static <M> Stream<M> pieces(
      RuntimeUnderTest node, String rpc, Supplier<Iterator<M>> call) {
    return node
        .ifServed(
            rpc,
            () -> {
              List<M> messages = new ArrayList<>();
              call.get().forEachRemaining(messages::add);
              return messages;
            })
        .stream();
  }

  private static <I extends Message> void assertSameItems(List<I> whole, Stream<I> pieces) {
    Comparator<I> order = Comparator.comparing(Message::toString);
    assertEquals(
        whole.stream().sorted(order).toList(),
        pieces.sorted(order).toList(),
        "the items of the stream, sorted, beside those of the list");
  }
}
