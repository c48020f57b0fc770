package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ContainerMetrics;
import io.keelson.runtime.v1.ListMetricDescriptorsRequest;
import io.keelson.runtime.v1.ListPodSandboxMetricsRequest;
import io.keelson.runtime.v1.Metric;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.MetricType;
import io.keelson.runtime.v1.PodSandboxMetrics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Metrics of pods, and the descriptors that give them their meaning. */
@ExtendWith(GivesRuntime.class)
public final class PodMetrics {
  /** Called by JUnit. */
  PodMetrics() {}

  @Test
  @Specification(
      document = "CRI api.proto, message MetricDescriptor",
      says = "each metric is described once: name, help and the names of its labels")
  @Covers({
    "ListMetricDescriptorsResponse.descriptors",
    "MetricDescriptor.name",
    "MetricDescriptor.help",
    "MetricDescriptor.label_keys"
  })
  void eachMetricIsDescribedOnce(RuntimeUnderTest node) {
    List<MetricDescriptor> descriptors = descriptors(node);
    assertFalse(descriptors.isEmpty(), "there are no metrics, though the call is served");
    Set<String> names = new HashSet<>();
    for (MetricDescriptor descriptor : descriptors) {
      assertFalse(descriptor.getName().isEmpty(), "a metric has no name: " + descriptor);
      assertFalse(descriptor.getHelp().isEmpty(), "a metric has no help: " + descriptor);
      assertTrue(names.add(descriptor.getName()), "described twice: " + descriptor.getName());
      assertEquals(
          descriptor.getLabelKeysCount(),
          Set.copyOf(descriptor.getLabelKeysList()).size(),
          "labels differ from each other: " + descriptor);
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Metric",
      says = "label_values are as many and in the order of the descriptor's label_keys")
  @Covers({
    "ListPodSandboxMetricsResponse.pod_metrics",
    "PodSandboxMetrics.pod_sandbox_id",
    "PodSandboxMetrics.metrics",
    "PodSandboxMetrics.container_metrics",
    "ContainerMetrics.container_id",
    "ContainerMetrics.metrics",
    "Metric.name",
    "Metric.timestamp",
    "Metric.metric_type",
    "Metric.label_values",
    "Metric.value"
  })
  void metricsOfAPodAreAsDescribed(RuntimeUnderTest node) {
    Map<String, MetricDescriptor> described = new HashMap<>();
    descriptors(node).forEach(descriptor -> described.put(descriptor.getName(), descriptor));
    Pod pod = node.runPod();
    var container = pod.startWaiting();
    node.await(
        "the container has metrics",
        () ->
            metrics(pod).getContainerMetricsList().stream()
                .anyMatch(part -> part.getMetricsCount() > 0));
    PodSandboxMetrics metrics = metrics(pod);
    assertEquals(
        List.of(container.id()),
        metrics.getContainerMetricsList().stream().map(ContainerMetrics::getContainerId).toList(),
        "containers with metrics in the pod");
    List<Metric> all = new ArrayList<>(metrics.getMetricsList());
    metrics.getContainerMetricsList().forEach(part -> all.addAll(part.getMetricsList()));
    long latest = Instant.now().plusSeconds(5).toEpochMilli() * 1_000_000;
    for (Metric metric : all) {
      var descriptor = described.get(metric.getName());
      assertNotNull(descriptor, "a metric is not described: " + metric);
      assertEquals(
          descriptor.getLabelKeysCount(),
          metric.getLabelValuesCount(),
          "number of label values of " + metric);
      assertNotEquals(MetricType.UNRECOGNIZED, metric.getMetricType(), "type of " + metric);
      assertTrue(metric.hasValue(), "a metric has no value: " + metric);
      assertTrue(
          metric.getTimestamp() >= 0 && metric.getTimestamp() <= latest,
          "timestamp in nanoseconds, not after now: " + metric);
    }
  }

  private static List<MetricDescriptor> descriptors(RuntimeUnderTest node) {
    return node.ifServed(
            "ListMetricDescriptors",
            () ->
                node.runtime()
                    .listMetricDescriptors(ListMetricDescriptorsRequest.getDefaultInstance()))
        .getDescriptorsList();
  }

  private static PodSandboxMetrics metrics(Pod pod) {
    return pod
        .node()
        .ifServed(
            "ListPodSandboxMetrics",
            () ->
                pod.node()
                    .runtime()
                    .listPodSandboxMetrics(ListPodSandboxMetricsRequest.getDefaultInstance()))
        .getPodMetricsList()
        .stream()
        .filter(metrics -> metrics.getPodSandboxId().equals(pod.id()))
        .findFirst()
        .orElse(PodSandboxMetrics.getDefaultInstance());
  }
}
