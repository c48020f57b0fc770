package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a node agent asks again and again of a node with {@value #CONTAINERS} containers. */
final class CrowdedNode {
  static final int CONTAINERS = 50;
  private static final int PODS = 10;
  private static final int WARM_UP_CALLS = 5_000;
  private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int CALLS = 100;

  private CrowdedNode() {}

  private interface Call {
    Object run() throws InterruptedException;
  }

  /** The median of each call in milliseconds, by name; 0 for what the runtime has not got. */
  static Map<String, Double> measure(RuntimeClient client, Path logs) throws InterruptedException {
    List<String> pods = new ArrayList<>();
    List<String> containers = new ArrayList<>();
    try {
      fill(client, logs, pods, containers);
      Map<String, Call> calls = new LinkedHashMap<>();
      calls.put(
          "ListPodSandbox", () -> client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()));
      calls.put(
          "ListContainers", () -> client.listContainers(ContainerFilter.getDefaultInstance()));
      calls.put("PodSandboxStatus", () -> client.podSandboxStatus(pods.getFirst()));
      calls.put("ContainerStatus", () -> client.containerStatus(containers.getFirst()));
      calls.put(
          "ListContainerStats",
          () -> client.stats().listContainerStats(ContainerStatsFilter.getDefaultInstance()));
      calls.put(
          "ListPodSandboxStats",
          () -> client.stats().listPodSandboxStats(PodSandboxStatsFilter.getDefaultInstance()));
      Map<String, Double> medians = new LinkedHashMap<>();
      for (Map.Entry<String, Call> call : calls.entrySet()) {
        medians.put(call.getKey(), median(call.getValue()));
      }
      return medians;
    } finally {
      for (String pod : pods) {
        client.stopPodSandbox(pod);
        client.removePodSandbox(pod);
      }
    }
  }

  private static double median(Call call) throws InterruptedException {
    List<Long> nanos = new ArrayList<>();
    try {
      long warmingUpSince = System.nanoTime();
      for (int i = 0;
          i < WARM_UP_CALLS && System.nanoTime() - warmingUpSince < WARM_UP_NANOS;
          i++) {
        call.run();
      }
      for (int i = 0; i < CALLS; i++) {
        long begun = System.nanoTime();
        call.run();
        nanos.add(System.nanoTime() - begun);
      }
    } catch (CriException e) {
      System.err.println("not measured: " + e.getMessage());
      return 0;
    }
    return Table.median(nanos) / 1e6;
  }

  private static void fill(
      RuntimeClient client, Path logs, List<String> pods, List<String> containers)
      throws InterruptedException {
    for (int i = 0; i < PODS; i++) {
      PodSandboxConfig pod = BenchmarkPods.pod("crowd-" + i, logs).build();
      String podId = client.runPodSandbox(pod, "");
      pods.add(podId);
      for (int j = 0; j < CONTAINERS / PODS; j++) {
        String id = client.createContainer(podId, BenchmarkPods.container("c" + j), pod);
        containers.add(id);
        client.startContainer(id);
      }
    }
  }
}
