package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.PodDNSConfig;
import io.fabric8.kubernetes.api.model.PodDNSConfigOption;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.keelson.runtime.v1.DNSConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The name resolution of a pod. This node has no cluster DNS, so {@code ClusterFirst} means what
 * {@code Default} means, as it does with a kubelet that has none: the node's own resolver.
 */
final class ResolverConfig {
  /** What the C library and kubelet take. */
  private static final int SERVER_LIMIT = 3;

  private ResolverConfig() {}

  static DNSConfig of(PodSpec spec, Path resolverFile) {
    LinkedHashSet<String> servers = new LinkedHashSet<>();
    LinkedHashSet<String> searches = new LinkedHashSet<>();
    Map<String, String> options = new LinkedHashMap<>();
    if (!"None".equals(spec.getDnsPolicy())) {
      for (String line : read(resolverFile)) {
        List<String> words = Arrays.asList(line.strip().split("\\s+"));
        List<String> values = words.subList(1, words.size());
        switch (words.getFirst()) {
          case "nameserver" -> servers.addAll(values);
          case "search" -> {
            searches.clear();
            searches.addAll(values);
          }
          case "options" -> values.forEach(option -> putOption(options, option));
          default -> {}
        }
      }
    }
    PodDNSConfig own = spec.getDnsConfig();
    if (own != null) {
      servers.addAll(own.getNameservers());
      searches.addAll(own.getSearches());
      for (PodDNSConfigOption option : own.getOptions()) {
        putOption(
            options,
            option.getValue() == null
                ? option.getName()
                : option.getName() + ":" + option.getValue());
      }
    }
    return DNSConfig.newBuilder()
        .addAllServers(servers.stream().limit(SERVER_LIMIT).toList())
        .addAllSearches(searches)
        .addAllOptions(new ArrayList<>(options.values()))
        .build();
  }

  /** The last one of a name holds. */
  private static void putOption(Map<String, String> options, String option) {
    int colon = option.indexOf(':');
    options.put(colon < 0 ? option : option.substring(0, colon), option);
  }

  private static List<String> read(Path file) {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream()
              .filter(line -> !line.isBlank() && !line.startsWith("#") && !line.startsWith(";"))
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new ConfigException("read the node's resolver configuration " + file, e);
    }
  }
}
