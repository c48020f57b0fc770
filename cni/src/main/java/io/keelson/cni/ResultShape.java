package io.keelson.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The three shapes a result has had: one address a family ({@code ip4}, {@code ip6}; to 0.2.0),
 * lists whose addresses say their family (0.3.0 to 0.4.0), lists whose addresses do not (from
 * 1.0.0). Checks them and turns one into another.
 */
final class ResultShape {
  /** Interface keys that came with 1.1.0; 1.0.0 tolerates them, older versions do not. */
  private static final List<String> NEWER_INTERFACE_KEYS = List.of("mtu", "socketPath", "pciID");

  private ResultShape() {}

  /**
   * Checks the parts of a result this library or a conversion reads.
   *
   * @throws IllegalArgumentException naming the first part that is not as it must be
   */
  static void check(ObjectNode tree, SpecVersion version) {
    JsonNode dns = optional(tree, "dns", JsonNodeType.OBJECT, "dns");
    if (dns != null) {
      optional(dns, "domain", JsonNodeType.STRING, "dns.domain");
      for (String key : List.of("nameservers", "search", "options")) {
        elements(dns, key, JsonNodeType.STRING, "dns." + key);
      }
    }
    if (!version.isAtLeast(SpecVersion.V0_3_0)) {
      checkFamily(tree, "ip4");
      checkFamily(tree, "ip6");
      return;
    }
    for (JsonNode node : elements(tree, "interfaces", JsonNodeType.OBJECT, "interfaces")) {
      for (String key : List.of("name", "mac", "sandbox")) {
        optional(node, key, JsonNodeType.STRING, "interfaces[]." + key);
      }
    }
    for (JsonNode ip : elements(tree, "ips", JsonNodeType.OBJECT, "ips")) {
      requireCidr(ip, "address", "ips[].address");
      optionalAddress(ip, "gateway", "ips[].gateway");
      JsonNode index = optional(ip, "interface", JsonNodeType.NUMBER, "ips[].interface");
      if (index != null && !index.canConvertToInt()) {
        throw new IllegalArgumentException("ips[].interface is not an index: " + index);
      }
    }
    checkRoutes(tree, "routes");
  }

  /** Changes a tree that passed {@link #check} from one version's shape to another's. */
  static void convert(ObjectNode tree, SpecVersion from, SpecVersion to) {
    boolean wasSingle = !from.isAtLeast(SpecVersion.V0_3_0);
    boolean becomesSingle = !to.isAtLeast(SpecVersion.V0_3_0);
    if (wasSingle && !becomesSingle) {
      singleToLists(tree);
    }
    if (becomesSingle && !wasSingle) {
      listsToSingle(tree);
      return;
    }
    if (becomesSingle) {
      return;
    }
    if (to.isAtLeast(SpecVersion.V1_0_0)) {
      tree.path("ips").forEach(ip -> ((ObjectNode) ip).remove("version"));
    } else {
      tree.path("ips").forEach(ip -> ((ObjectNode) ip).put("version", family(ip)));
      tree.path("interfaces").forEach(node -> ((ObjectNode) node).remove(NEWER_INTERFACE_KEYS));
    }
  }

  private static void singleToLists(ObjectNode tree) {
    ArrayNode ips = Json.object().arrayNode();
    ArrayNode routes = Json.object().arrayNode();
    for (String key : List.of("ip4", "ip6")) {
      JsonNode single = tree.remove(key);
      if (single == null || single.isNull()) {
        continue;
      }
      ObjectNode ip = ips.addObject();
      ip.set("address", single.get("ip"));
      if (single.hasNonNull("gateway")) {
        ip.set("gateway", single.get("gateway"));
      }
      single.path("routes").forEach(routes::add);
    }
    tree.set("ips", ips);
    if (!routes.isEmpty()) {
      tree.set("routes", routes);
    }
  }

  private static void listsToSingle(ObjectNode tree) {
    JsonNode ips = tree.path("ips");
    JsonNode routes = tree.path("routes");
    tree.remove(List.of("interfaces", "ips", "routes"));
    for (JsonNode ip : ips) {
      String key = "ip" + family(ip);
      if (tree.has(key)) {
        continue;
      }
      ObjectNode single = tree.putObject(key);
      single.set("ip", ip.get("address"));
      if (ip.hasNonNull("gateway")) {
        single.set("gateway", ip.get("gateway"));
      }
      for (JsonNode route : routes) {
        if (isIpv6(route.path("dst").asText()) == key.equals("ip6")) {
          single.withArray("routes").add(((ObjectNode) route.deepCopy()).retain("dst", "gw"));
        }
      }
    }
    if (!tree.has("ip4") && !tree.has("ip6")) {
      throw new IllegalArgumentException("a result without an address has no form before 0.3.0");
    }
  }

  private static String family(JsonNode ip) {
    return isIpv6(ip.path("address").asText()) ? "6" : "4";
  }

  private static boolean isIpv6(String cidr) {
    return cidr.indexOf(':') >= 0;
  }

  private static void checkFamily(ObjectNode tree, String key) {
    JsonNode single = optional(tree, key, JsonNodeType.OBJECT, key);
    if (single != null) {
      requireCidr(single, "ip", key + ".ip");
      optionalAddress(single, "gateway", key + ".gateway");
      checkRoutes(single, key + ".routes");
    }
  }

  private static void checkRoutes(JsonNode parent, String place) {
    for (JsonNode route : elements(parent, "routes", JsonNodeType.OBJECT, place)) {
      requireCidr(route, "dst", place + "[].dst");
      optionalAddress(route, "gw", place + "[].gw");
    }
  }

  private static Iterable<JsonNode> elements(
      JsonNode parent, String key, JsonNodeType type, String place) {
    JsonNode array = optional(parent, key, JsonNodeType.ARRAY, place);
    if (array == null) {
      return List.of();
    }
    for (JsonNode element : array) {
      requireType(element, type, place + "[]");
    }
    return array;
  }

  private static @Nullable JsonNode optional(
      JsonNode parent, String key, JsonNodeType type, String place) {
    JsonNode node = parent.get(key);
    if (node == null || node.isNull()) {
      return null;
    }
    requireType(node, type, place);
    return node;
  }

  private static void requireType(JsonNode node, JsonNodeType type, String place) {
    if (node.getNodeType() != type) {
      throw new IllegalArgumentException(
          place + " is of type " + node.getNodeType() + ", want " + type);
    }
  }

  private static void requireCidr(JsonNode parent, String key, String place) {
    JsonNode node = optional(parent, key, JsonNodeType.STRING, place);
    String text = node == null ? "" : node.textValue();
    int slash = text.indexOf('/');
    if (slash < 0 || !isAddress(text.substring(0, slash)) || !isPrefix(text, slash)) {
      throw new IllegalArgumentException(
          place + " is not an address with prefix length: '" + text + "'");
    }
  }

  private static void optionalAddress(JsonNode parent, String key, String place) {
    JsonNode node = optional(parent, key, JsonNodeType.STRING, place);
    if (node != null && !node.textValue().isEmpty() && !isAddress(node.textValue())) {
      throw new IllegalArgumentException(place + " is not an address: '" + node.textValue() + "'");
    }
  }

  private static boolean isAddress(String text) {
    try {
      InetAddress.ofLiteral(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isPrefix(String cidr, int slash) {
    String digits = cidr.substring(slash + 1);
    if (digits.isEmpty()
        || digits.length() > 3
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return false;
    }
    return Integer.parseInt(digits) <= (isIpv6(cidr) ? 128 : 32);
  }
}
