package io.keelson.cni;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.List;

/**
 * What a caller asks of plugins by capability ({@code runtimeConfig}, CNI conventions). A plugin is
 * given only what it declares. Unchangeable; each method gives a longer copy.
 */
public final class CapabilityArguments {
  /** Nothing asked. */
  public static final CapabilityArguments NONE = new CapabilityArguments(Json.object());

  private final ObjectNode values;

  private CapabilityArguments(ObjectNode values) {
    this.values = values;
  }

  /** As a cache holds them. */
  static CapabilityArguments of(ObjectNode values) {
    return new CapabilityArguments(values.deepCopy());
  }

  /** Ports of the host that lead to the container; capability {@code portMappings}. */
  public CapabilityArguments portMappings(List<PortMapping> mappings) {
    ObjectNode longer = values.deepCopy();
    ArrayNode array = longer.putArray("portMappings");
    for (PortMapping mapping : mappings) {
      ObjectNode entry =
          array
              .addObject()
              .put("hostPort", mapping.hostPort())
              .put("containerPort", mapping.containerPort())
              .put("protocol", mapping.protocol());
      if (!mapping.hostIp().isEmpty()) {
        entry.put("hostIP", mapping.hostIp());
      }
    }
    return new CapabilityArguments(longer);
  }

  /** Name resolution wanted for the container; capability {@code dns}. */
  public CapabilityArguments dns(
      List<String> servers, List<String> searches, List<String> options) {
    ObjectNode longer = values.deepCopy();
    ObjectNode dns = longer.putObject("dns");
    putStrings(dns, "servers", servers);
    putStrings(dns, "searches", searches);
    putStrings(dns, "options", options);
    return new CapabilityArguments(longer);
  }

  /** The container's control group, for plugins that match on it; capability {@code cgroupPath}. */
  public CapabilityArguments cgroupPath(String path) {
    ObjectNode longer = values.deepCopy();
    longer.put("cgroupPath", path);
    return new CapabilityArguments(longer);
  }

  /** Limits of the rate of traffic; capability {@code bandwidth}. */
  public CapabilityArguments bandwidth(Bandwidth bandwidth) {
    ObjectNode longer = values.deepCopy();
    ObjectNode entry = longer.putObject("bandwidth");
    if (bandwidth.ingressRate() > 0) {
      entry.put("ingressRate", bandwidth.ingressRate());
      entry.put("ingressBurst", bandwidth.ingressBurst());
    }
    if (bandwidth.egressRate() > 0) {
      entry.put("egressRate", bandwidth.egressRate());
      entry.put("egressBurst", bandwidth.egressBurst());
    }
    return new CapabilityArguments(longer);
  }

  /** Further names of the container on the network; capability {@code aliases}. */
  public CapabilityArguments aliases(List<String> aliases) {
    ObjectNode longer = values.deepCopy();
    aliases.forEach(longer.putArray("aliases")::add);
    return new CapabilityArguments(longer);
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  /** The part a plugin with these capabilities is given; a tree of the caller's own. */
  ObjectNode only(Collection<String> capabilities) {
    return values.deepCopy().retain(capabilities);
  }

  ObjectNode all() {
    return values.deepCopy();
  }

  private static void putStrings(ObjectNode object, String key, List<String> values) {
    if (!values.isEmpty()) {
      ArrayNode array = object.putArray(key);
      values.forEach(array::add);
    }
  }
}
