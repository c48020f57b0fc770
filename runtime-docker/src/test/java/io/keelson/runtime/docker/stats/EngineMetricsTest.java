package io.keelson.runtime.docker.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.v1.Metric;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.MetricType;
import io.keelson.runtime.v1.PodSandboxMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineMetricsTest {
  @TempDir private Path folder;
  private Machine machine;
  private EngineMetrics metrics;

  @BeforeEach
  void makeAMachine() throws IOException {
    machine = new Machine(folder);
    machine.process(100, "pods/p1/pause1", 10_000_000);
    machine.process(101, "pods/p1/c1", 2_500_000_000L);
    machine.file("proc/100/net/dev", "eth0: 100 10 1 3 0 0 0 0 200 20 2 4 0 0 0 0\n");
    machine.file(
        "proc/101/limits",
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max open files            1024                 4096                 files
        """);
    Path open = Files.createDirectories(folder.resolve("proc/101/fd"));
    Files.createSymbolicLink(open.resolve("0"), Path.of("/dev/null"));
    Files.createSymbolicLink(open.resolve("3"), Path.of("socket:[77]"));
    machine.file("cgroup/pods/p1/c1/hugetlb.2MB.current", "2097152\n");
    machine.pod("pause1", 100, true, machine.container("c1", 101), machine.container("c2", 0));
    metrics = machine.metrics();
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private PodSandboxMetrics pod() throws InterruptedException {
    List<PodSandboxMetrics> pods = metrics.podSandboxMetrics();
    assertThat(pods).hasSize(1);
    return pods.getFirst();
  }

  private List<Metric> all() throws InterruptedException {
    PodSandboxMetrics pod = pod();
    return Stream.concat(
            pod.getMetricsList().stream(),
            pod.getContainerMetricsList().stream().flatMap(c -> c.getMetricsList().stream()))
        .toList();
  }

  /** A metric's labels by their keys. */
  private Map<String, String> labels(Metric metric) {
    MetricDescriptor descriptor =
        metrics.metricDescriptors().stream()
            .filter(d -> d.getName().equals(metric.getName()))
            .findFirst()
            .orElseThrow();
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < descriptor.getLabelKeysCount(); i++) {
      labels.put(descriptor.getLabelKeys(i), metric.getLabelValues(i));
    }
    assertThat(metric.getLabelValuesList()).hasSize(labels.size());
    return labels;
  }

  @ParameterizedTest
  @CsvSource({
    "container_cpu_usage_seconds_total, COUNTER, 2, cpu, total",
    "container_cpu_cfs_throttled_periods_total, COUNTER, 0, container, name-of-c1",
    "container_spec_cpu_quota, GAUGE, 20000, namespace, shop",
    "container_spec_cpu_shares, GAUGE, 998, pod, web",
    "container_memory_usage_bytes, GAUGE, 10000000, id, c1",
    "container_memory_working_set_bytes, GAUGE, 9000000, image, image:1",
    "container_memory_failcnt, COUNTER, 5, name, c1",
    "container_memory_failures_total, COUNTER, 3, failure_type, pgmajfault",
    "container_spec_memory_limit_bytes, GAUGE, 64000000, id, c1",
    "container_spec_memory_swap_limit_bytes, GAUGE, 0, id, c1",
    "container_oom_events_total, COUNTER, 1, id, c1",
    "container_threads, GAUGE, 4, id, c1",
    "container_threads_max, GAUGE, 0, id, c1",
    "container_processes, GAUGE, 1, id, c1",
    "container_file_descriptors, GAUGE, 2, id, c1",
    "container_sockets, GAUGE, 1, id, c1",
    "container_ulimits_soft, GAUGE, 1024, ulimit, max_open_files",
    "container_start_time_seconds, GAUGE, 1799999999, id, c1",
    "container_last_seen, GAUGE, 1800000000, id, c1",
    "container_hugetlb_usage_bytes, GAUGE, 2097152, pagesize, 2MB",
    "container_pressure_cpu_waiting_seconds_total, COUNTER, 7, id, c1",
    "container_pressure_io_stalled_seconds_total, COUNTER, 2, id, c1",
    "container_fs_reads_bytes_total, COUNTER, 4096, device, /dev/vda",
    "container_fs_writes_total, COUNTER, 1, device, /dev/vda",
    "container_blkio_device_usage_total, COUNTER, 512, operation, Write",
    "container_network_receive_packets_dropped_total, COUNTER, 3, interface, eth0",
    "container_network_transmit_bytes_total, COUNTER, 200, pod, web",
  })
  void tellsWhatOperatorsAlertOn(String name, MetricType type, long value, String key, String label)
      throws InterruptedException {
    assertThat(all())
        .filteredOn(metric -> metric.getName().equals(name))
        .isNotEmpty()
        .allSatisfy(metric -> {
          assertThat(metric.getMetricType()).isEqualTo(type);
          assertThat(metric.getTimestamp()).isEqualTo(Machine.START);
        })
        .anySatisfy(metric -> {
          assertThat(metric.getValue().getValue()).isEqualTo(value);
          assertThat(labels(metric)).containsEntry(key, label);
        });
  }

  @Test
  void everyMetricIsDescribedOnceAndEveryDescriptionHasAMetric() throws InterruptedException {
    List<String> described =
        metrics.metricDescriptors().stream().map(MetricDescriptor::getName).toList();
    assertThat(described).doesNotHaveDuplicates();

    // The first question has the writable layer counted.
    await()
        .untilAsserted(() ->
            assertThat(all().stream().map(Metric::getName).distinct())
                .containsExactlyInAnyOrderElementsOf(described));
    all().forEach(this::labels);
  }

  @Test
  void aContainerThatDoesNotRunHasNoMetrics() throws InterruptedException {
    assertThat(pod().getContainerMetricsList())
        .extracting(c -> c.getContainerId())
        .containsExactly("c1");
  }

  @Test
  void whatTheKernelDoesNotCountIsLeftOut() throws IOException, InterruptedException {
    for (String gone : List.of("cpu.pressure", "memory.stat", "cpu.max")) {
      Files.delete(folder.resolve("cgroup/pods/p1/c1").resolve(gone));
    }

    assertThat(all())
        .extracting(Metric::getName)
        .contains("container_pressure_io_waiting_seconds_total", "container_oom_events_total")
        .doesNotContain(
            "container_pressure_cpu_waiting_seconds_total",
            "container_memory_rss",
            "container_spec_cpu_period");
  }
}
