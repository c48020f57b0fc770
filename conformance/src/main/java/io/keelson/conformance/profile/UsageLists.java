package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.ListContainerStatsRequest;
import io.keelson.runtime.v1.ListPodSandboxStatsRequest;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Usage of several containers and pods, filtered. */
@ExtendWith(GivesRuntime.class)
public final class UsageLists {
  /** Called by JUnit. */
  UsageLists() {}

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatsFilter",
      says = "containers that meet every condition given: id, pod and labels")
  @Covers({
    "ListContainerStatsRequest.filter",
    "ListContainerStatsResponse.stats",
    "ContainerStatsFilter.id",
    "ContainerStatsFilter.pod_sandbox_id",
    "ContainerStatsFilter.label_selector"
  })
  void usageOfContainersIsFiltered(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var web = start(pod, "web");
    var other = start(pod, "other");
    var foreign = start(node.runPod(), "web");
    Set<String> all = Set.of(web.id(), other.id(), foreign.id());
    assertUsageOf(node, all, all, ContainerStatsFilter.newBuilder());
    assertUsageOf(node, all, Set.of(web.id()), ContainerStatsFilter.newBuilder().setId(web.id()));
    assertUsageOf(
        node,
        all,
        Set.of(web.id(), other.id()),
        ContainerStatsFilter.newBuilder().setPodSandboxId(pod.id()));
    assertUsageOf(
        node,
        all,
        Set.of(web.id(), foreign.id()),
        ContainerStatsFilter.newBuilder().putLabelSelector("app", "web"));
    assertUsageOf(
        node,
        all,
        Set.of(web.id()),
        ContainerStatsFilter.newBuilder().setPodSandboxId(pod.id()).putLabelSelector("app", "web"));
    assertUsageOf(
        node,
        all,
        Set.of(),
        ContainerStatsFilter.newBuilder().setId(web.id()).putLabelSelector("app", "other"));
  }

  private static TestContainer start(Pod pod, String app) {
    return pod.create(pod.containerConfig(app, "pause").putLabels("app", app).build()).start();
  }

  private static void assertUsageOf(
      RuntimeUnderTest node,
      Set<String> ours,
      Set<String> expected,
      ContainerStatsFilter.Builder filter) {
    Set<String> listed = new HashSet<>();
    node.runtime()
        .listContainerStats(ListContainerStatsRequest.newBuilder().setFilter(filter).build())
        .getStatsList()
        .forEach(stats -> listed.add(stats.getAttributes().getId()));
    listed.retainAll(ours);
    assertEquals(expected, listed, "containers whose usage is listed with {" + filter + "}");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStatsFilter",
      says = "pods that meet every condition given: id and labels")
  @Covers({
    "ListPodSandboxStatsRequest.filter",
    "ListPodSandboxStatsResponse.stats",
    "PodSandboxStatsFilter.id",
    "PodSandboxStatsFilter.label_selector"
  })
  void usageOfPodsIsFiltered(RuntimeUnderTest node) {
    String web = node.runPod(node.podConfigWithCgroup().putLabels("app", "web").build()).id();
    String other = node.runPod(node.podConfigWithCgroup().build()).id();
    Set<String> all = Set.of(web, other);
    assertUsageOfPods(node, all, all, PodSandboxStatsFilter.newBuilder());
    assertUsageOfPods(node, all, Set.of(other), PodSandboxStatsFilter.newBuilder().setId(other));
    assertUsageOfPods(
        node, all, Set.of(web), PodSandboxStatsFilter.newBuilder().putLabelSelector("app", "web"));
    assertUsageOfPods(
        node,
        all,
        Set.of(),
        PodSandboxStatsFilter.newBuilder().setId(other).putLabelSelector("app", "web"));
  }

  private static void assertUsageOfPods(
      RuntimeUnderTest node,
      Set<String> ours,
      Set<String> expected,
      PodSandboxStatsFilter.Builder filter) {
    Set<String> listed = new HashSet<>();
    node.ifServed(
            "ListPodSandboxStats",
            () ->
                node.runtime()
                    .listPodSandboxStats(
                        ListPodSandboxStatsRequest.newBuilder().setFilter(filter).build()))
        .getStatsList()
        .forEach(stats -> listed.add(stats.getAttributes().getId()));
    listed.retainAll(ours);
    assertEquals(expected, listed, "pods whose usage is listed with {" + filter + "}");
  }
}
