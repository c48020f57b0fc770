package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that manifests ask for at one moment.
 *
 * @param pods at most one of each full name
 * @param configMaps by namespace and name, as in {@code default/settings}; not to be changed
 * @param problems what is wrong with files, or between them, now
 */
public record Manifests(
    List<PodManifest> pods, Map<String, ConfigMap> configMaps, List<ManifestProblem> problems) {
  /** Nothing at all. */
  public static final Manifests NONE = new Manifests(List.of(), Map.of(), List.of());

  /** Keeps unchangeable copies. */
  public Manifests {
    pods = List.copyOf(pods);
    configMaps = Map.copyOf(configMaps);
    problems = List.copyOf(problems);
  }
}
