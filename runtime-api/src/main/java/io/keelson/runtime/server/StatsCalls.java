package io.keelson.runtime.server;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.MetricsProvider;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.StatsProvider;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.ContainerStatsRequest;
import io.keelson.runtime.v1.ContainerStatsResponse;
import io.keelson.runtime.v1.ListMetricDescriptorsResponse;
import io.keelson.runtime.v1.MetricDescriptor;
import io.keelson.runtime.v1.PodSandboxMetrics;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import io.keelson.runtime.v1.PodSandboxStatsRequest;
import io.keelson.runtime.v1.PodSandboxStatsResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Statistics and metrics: the union over the backends that have them. */
final class StatsCalls {
  private final BackendRouter router;

  StatsCalls(BackendRouter router) {
    this.router = router;
  }

  ContainerStatsResponse container(ContainerStatsRequest request) throws InterruptedException {
    BackendRouter.ContainerRef container = router.container(request.getContainerId());
    StatsProvider provider =
        OptionalParts.require(container.backend(), StatsProvider.class, "ContainerStats");
    return ContainerStatsResponse.newBuilder()
        .setStats(provider.containerStats(container.id()))
        .build();
  }

  PodSandboxStatsResponse pod(PodSandboxStatsRequest request) throws InterruptedException {
    BackendRouter.Pod pod = router.pod(request.getPodSandboxId());
    StatsProvider provider =
        OptionalParts.require(pod.backend(), StatsProvider.class, "PodSandboxStats");
    return PodSandboxStatsResponse.newBuilder()
        .setStats(provider.podSandboxStats(pod.id()))
        .build();
  }

  List<ContainerStats> containers(ContainerStatsFilter filter) throws InterruptedException {
    List<ContainerStats> accepted = new ArrayList<>();
    for (StatsProvider provider : providers(StatsProvider.class, "ListContainerStats")) {
      Map<String, String> pods = new HashMap<>();
      for (Container container : ((RuntimeBackend) provider).containers().listContainers()) {
        pods.put(container.getId(), container.getPodSandboxId());
      }
      for (ContainerStats stats : provider.listContainerStats()) {
        String pod = pods.getOrDefault(stats.getAttributes().getId(), "");
        if (Filters.accepts(filter, stats, pod)) {
          accepted.add(stats);
        }
      }
    }
    return accepted;
  }

  List<PodSandboxStats> pods(PodSandboxStatsFilter filter) throws InterruptedException {
    List<PodSandboxStats> accepted = new ArrayList<>();
    for (StatsProvider provider : providers(StatsProvider.class, "ListPodSandboxStats")) {
      for (PodSandboxStats stats : provider.listPodSandboxStats()) {
        if (Filters.accepts(filter, stats)) {
          accepted.add(stats);
        }
      }
    }
    return accepted;
  }

  ListMetricDescriptorsResponse metricDescriptors() {
    Map<String, MetricDescriptor> byName = new LinkedHashMap<>();
    for (MetricsProvider provider : providers(MetricsProvider.class, "ListMetricDescriptors")) {
      provider.metricDescriptors().forEach(d -> byName.putIfAbsent(d.getName(), d));
    }
    return ListMetricDescriptorsResponse.newBuilder().addAllDescriptors(byName.values()).build();
  }

  List<PodSandboxMetrics> metrics() throws InterruptedException {
    List<PodSandboxMetrics> all = new ArrayList<>();
    for (MetricsProvider provider : providers(MetricsProvider.class, "ListPodSandboxMetrics")) {
      all.addAll(provider.podSandboxMetrics());
    }
    return all;
  }

  private <P> List<P> providers(Class<P> part, String rpc) {
    List<P> providers = new ArrayList<>();
    for (RuntimeBackend backend : router.backends()) {
      if (part.isInstance(backend)) {
        providers.add(part.cast(backend));
      }
    }
    if (providers.isEmpty()) {
      throw CriException.unimplemented(rpc + " is not supported by any backend of this daemon");
    }
    return providers;
  }
}
