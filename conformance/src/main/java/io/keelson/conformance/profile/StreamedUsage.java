package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import io.keelson.runtime.v1.StreamContainerStatsRequest;
import io.keelson.runtime.v1.StreamPodSandboxMetricsRequest;
import io.keelson.runtime.v1.StreamPodSandboxStatsRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The streaming forms of the lists of usage: the same objects, in any number of messages. */
@ExtendWith(GivesRuntime.class)
public final class StreamedUsage {
  /** Called by JUnit. */
  StreamedUsage() {}

  @Test
  @Specification(
      document = "CRI api.proto, rpc StreamContainerStats",
      says = "usage of the containers that ListContainerStats answers with, each in one message")
  @Covers({"StreamContainerStatsRequest.filter", "StreamContainerStatsResponse.container_stats"})
  void usageOfContainersIsStreamed(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var first = pod.create("first", "pause").start();
    var second = pod.create("second", "pause").start();
    node.runPod().startWaiting();
    var request =
        StreamContainerStatsRequest.newBuilder()
            .setFilter(ContainerStatsFilter.newBuilder().setPodSandboxId(pod.id()))
            .build();
    List<String> streamed = new ArrayList<>();
    node.ifServed(
        "StreamContainerStats",
        () -> {
          node.runtime()
              .streamContainerStats(request)
              .forEachRemaining(part ->
                  part.getContainerStatsList()
                      .forEach(stats -> streamed.add(stats.getAttributes().getId())));
          return streamed;
        });
    assertEquals(
        Stream.of(first.id(), second.id()).sorted().toList(),
        streamed.stream().sorted().toList(),
        "containers of the pod whose usage is streamed");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StreamPodSandboxStats",
      says = "usage of the pods that ListPodSandboxStats answers with, each in one message")
  @Covers({
    "StreamPodSandboxStatsRequest.filter",
    "StreamPodSandboxStatsResponse.pod_sandbox_stats"
  })
  void usageOfPodsIsStreamed(RuntimeUnderTest node) {
    Pod pod = node.runPod(node.podConfigWithCgroup().build());
    node.runPod(node.podConfigWithCgroup().build());
    var request =
        StreamPodSandboxStatsRequest.newBuilder()
            .setFilter(PodSandboxStatsFilter.newBuilder().setId(pod.id()))
            .build();
    List<String> streamed = new ArrayList<>();
    node.ifServed(
        "StreamPodSandboxStats",
        () -> {
          node.runtime()
              .streamPodSandboxStats(request)
              .forEachRemaining(part ->
                  part.getPodSandboxStatsList()
                      .forEach(stats -> streamed.add(stats.getAttributes().getId())));
          return streamed;
        });
    assertEquals(List.of(pod.id()), streamed, "pods whose usage is streamed");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc StreamPodSandboxMetrics",
      says = "metrics of the pods that ListPodSandboxMetrics answers with, each in one message")
  @Covers({"StreamPodSandboxMetricsResponse.pod_sandbox_metrics"})
  void metricsOfPodsAreStreamed(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    List<String> streamed = new ArrayList<>();
    node.ifServed(
        "StreamPodSandboxMetrics",
        () -> {
          node.runtime()
              .streamPodSandboxMetrics(StreamPodSandboxMetricsRequest.getDefaultInstance())
              .forEachRemaining(part ->
                  part.getPodSandboxMetricsList()
                      .forEach(metrics -> streamed.add(metrics.getPodSandboxId())));
          return streamed;
        });
    assertEquals(1, Collections.frequency(streamed, pod.id()), "how often the pod is streamed");
  }
}
