package io.keelson.runtime.server;

import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerStats;
import io.keelson.runtime.v1.ContainerStatsFilter;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.PodSandboxStatsFilter;
import java.util.Map;

/** The list filters of CRI, applied alike whatever the backend. Ids match by prefix. */
final class Filters {
  private Filters() {}

  static boolean accepts(PodSandboxFilter filter, PodSandbox pod) {
    return pod.getId().startsWith(filter.getId())
        && (!filter.hasState() || filter.getState().getState() == pod.getState())
        && contains(pod.getLabelsMap(), filter.getLabelSelectorMap());
  }

  static boolean accepts(ContainerFilter filter, Container container) {
    return container.getId().startsWith(filter.getId())
        && container.getPodSandboxId().startsWith(filter.getPodSandboxId())
        && (!filter.hasState() || filter.getState().getState() == container.getState())
        && contains(container.getLabelsMap(), filter.getLabelSelectorMap());
  }

  /**
   * Statistics carry the container's labels but not its sandbox.
   *
   * @param podSandboxId the sandbox of the container the statistics are of
   */
  static boolean accepts(ContainerStatsFilter filter, ContainerStats stats, String podSandboxId) {
    return stats.getAttributes().getId().startsWith(filter.getId())
        && podSandboxId.startsWith(filter.getPodSandboxId())
        && contains(stats.getAttributes().getLabelsMap(), filter.getLabelSelectorMap());
  }

  static boolean accepts(PodSandboxStatsFilter filter, PodSandboxStats stats) {
    return stats.getAttributes().getId().startsWith(filter.getId())
        && contains(stats.getAttributes().getLabelsMap(), filter.getLabelSelectorMap());
  }

  private static boolean contains(Map<String, String> labels, Map<String, String> selector) {
    return labels.entrySet().containsAll(selector.entrySet());
  }
}
