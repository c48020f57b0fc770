package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.EventStream;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.ContainerEventResponse;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerStatus;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** GetContainerEvents. */
@ExtendWith(GivesRuntime.class)
public final class Events {
  private static final List<ContainerEventType> WHOLE_LIFE =
      List.of(
          ContainerEventType.CONTAINER_CREATED_EVENT,
          ContainerEventType.CONTAINER_STARTED_EVENT,
          ContainerEventType.CONTAINER_STOPPED_EVENT,
          ContainerEventType.CONTAINER_DELETED_EVENT);

  /** Called by JUnit. */
  Events() {}

  @Test
  @Specification(
      document = "CRI api.proto, enum ContainerEventType",
      says = "a container is created, started, stopped and deleted, and each is told once")
  @Covers({"ContainerEventResponse.container_id", "ContainerEventResponse.container_event_type"})
  void theLifeOfAContainerIsToldInOrder(RuntimeUnderTest node) {
    try (EventStream events = EventStream.open(node)) {
      TestContainer container = live(node);
      assertEquals(WHOLE_LIFE, types(events.await(container.id(), 4)), "the events");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerEventResponse",
      says = "created_at is the time of the event")
  @Covers({"ContainerEventResponse.created_at"})
  void eventsHaveTheTimesOfTheirOccurrence(RuntimeUnderTest node) {
    Instant before = Instant.now().minusSeconds(5);
    try (EventStream events = EventStream.open(node)) {
      long last = 0;
      for (ContainerEventResponse event : events.await(live(node).id(), 4)) {
        Instant at = Instant.ofEpochSecond(0, event.getCreatedAt());
        assertTrue(
            at.isAfter(before) && at.isBefore(Instant.now().plusSeconds(5)),
            "created_at %s of %s is not now, within 5 s"
                .formatted(at, event.getContainerEventType()));
        assertTrue(
            event.getCreatedAt() >= last,
            "created_at of %s is before that of the event before it"
                .formatted(event.getContainerEventType()));
        last = event.getCreatedAt();
      }
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerEventResponse",
      says = "an event carries the status of the pod and of its containers")
  @Covers({
    "ContainerEventResponse.pod_sandbox_status",
    "ContainerEventResponse.containers_statuses"
  })
  void anEventCarriesTheStatusOfPodAndContainers(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    try (EventStream events = EventStream.open(node)) {
      TestContainer container = pod.create("main", "pause").start();
      ContainerEventResponse started = events.await(container.id(), 2).get(1);
      assertEquals(pod.id(), started.getPodSandboxStatus().getId(), "pod_sandbox_status.id");
      assertEquals(
          pod.config().getMetadata(),
          started.getPodSandboxStatus().getMetadata(),
          "pod_sandbox_status.metadata");
      assertEquals(
          List.of(container.id()),
          started.getContainersStatusesList().stream().map(ContainerStatus::getId).toList(),
          "the containers of containers_statuses");
      assertEquals(
          container.status().getState(),
          started.getContainersStatuses(0).getState(),
          "the state of the container in containers_statuses");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc GetContainerEvents",
      says = "every subscriber hears of every event")
  @Covers({"ContainerEventResponse.container_event_type"})
  void twoSubscribersHearTheSameAndOneThatLeavesDoesNoHarm(RuntimeUnderTest node) {
    try (EventStream stays = EventStream.open(node);
        EventStream leaves = EventStream.open(node)) {
      TestContainer first = live(node);
      assertEquals(WHOLE_LIFE, types(stays.await(first.id(), 4)), "what the first hears");
      assertEquals(WHOLE_LIFE, types(leaves.await(first.id(), 4)), "what the second hears");
      leaves.close();
      TestContainer second = live(node);
      assertEquals(
          WHOLE_LIFE, types(stays.await(second.id(), 4)), "what one hears when the other is gone");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum ContainerEventType",
      says = "a container that ends by itself has stopped too")
  @Covers({"ContainerEventResponse.container_event_type"})
  void anEndThatNobodyAskedForIsTold(RuntimeUnderTest node) {
    try (EventStream events = EventStream.open(node)) {
      TestContainer container = node.runPod().create("main", "exit", "3").start();
      assertEquals(WHOLE_LIFE.subList(0, 3), types(events.await(container.id(), 3)), "the events");
    }
  }

  private static TestContainer live(RuntimeUnderTest node) {
    TestContainer container = node.runPod().create("main", "pause").start();
    container.stop(10);
    container.remove();
    return container;
  }

  private static List<ContainerEventType> types(List<ContainerEventResponse> events) {
    return events.stream().map(ContainerEventResponse::getContainerEventType).toList();
  }
}
