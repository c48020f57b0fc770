package io.keelson.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a network gave an attachment, in some version of the specification. Keys the specification
 * does not know are kept through every conversion. Unchangeable.
 */
public final class NetworkResult {
  private final SpecVersion version;
  private final ObjectNode tree;

  private NetworkResult(SpecVersion version, ObjectNode tree) {
    this.version = version;
    this.tree = tree;
  }

  /**
   * Reads a result.
   *
   * @param json the result; {@code null} counts as an empty one
   * @param assumed the version of a result that states none
   * @throws IllegalArgumentException when it is malformed; the message names the place
   */
  public static NetworkResult parse(byte[] json, SpecVersion assumed) {
    JsonNode node;
    try {
      node = Json.read(json);
    } catch (Json.MalformedException e) {
      throw new IllegalArgumentException(e.reason(), e);
    }
    if (node.isNull()) {
      return of(Json.object(), assumed);
    }
    if (node instanceof ObjectNode object) {
      return of(object, assumed);
    }
    throw new IllegalArgumentException(
        json.length == 0 ? "empty, want a result" : "not a JSON object");
  }

  /** As {@link #parse}, of a tree that is given away. */
  static NetworkResult of(ObjectNode tree, SpecVersion assumed) {
    JsonNode stated = tree.get("cniVersion");
    SpecVersion version = assumed;
    if (stated != null && !stated.isNull()) {
      if (!stated.isTextual()) {
        throw new IllegalArgumentException("cniVersion is not a string");
      }
      if (!stated.textValue().isEmpty()) {
        version = SpecVersion.parse(stated.textValue());
      }
    }
    if (!SpecVersion.LATEST.isAtLeast(version)) {
      throw new IllegalArgumentException(
          "cniVersion " + version + " is newer than " + SpecVersion.LATEST);
    }
    tree.put("cniVersion", version.toString());
    ResultShape.check(tree, version);
    return new NetworkResult(version, tree);
  }

  /** The version this result is in. */
  public SpecVersion version() {
    return version;
  }

  /**
   * The same result in another version. What that version cannot carry is dropped: a family's
   * second address before 0.3.0; an interface's mtu, socketPath and pciID before 1.0.0.
   *
   * @throws IllegalArgumentException when there is no address and the version needs one (before
   *     0.3.0)
   */
  public NetworkResult as(SpecVersion wanted) {
    if (wanted.equals(version)) {
      return this;
    }
    ObjectNode copy = tree.deepCopy();
    ResultShape.convert(copy, version, wanted);
    copy.put("cniVersion", wanted.toString());
    return new NetworkResult(wanted, copy);
  }

  /** The addresses, in the plugins' order. */
  public List<IpConfiguration> ips() {
    List<IpConfiguration> ips = new ArrayList<>();
    for (JsonNode ip : latest().path("ips")) {
      String cidr = ip.path("address").asText();
      int slash = cidr.indexOf('/');
      JsonNode index = ip.get("interface");
      ips.add(
          new IpConfiguration(
              cidr.substring(0, slash),
              Integer.parseInt(cidr, slash + 1, cidr.length(), 10),
              index == null || index.isNull()
                  ? OptionalInt.empty()
                  : OptionalInt.of(index.intValue())));
    }
    return List.copyOf(ips);
  }

  /** The interfaces, in the plugins' order; addresses refer to them by index. */
  public List<ResultInterface> interfaces() {
    List<ResultInterface> interfaces = new ArrayList<>();
    for (JsonNode node : latest().path("interfaces")) {
      interfaces.add(
          new ResultInterface(
              node.path("name").asText(""),
              node.path("mac").asText(""),
              node.path("sandbox").asText("")));
    }
    return List.copyOf(interfaces);
  }

  /** What the network says about name resolution. */
  public Dns dns() {
    JsonNode dns = tree.path("dns");
    return new Dns(
        strings(dns.path("nameservers")),
        dns.path("domain").asText(""),
        strings(dns.path("search")),
        strings(dns.path("options")));
  }

  /** The result as JSON in UTF-8. */
  public byte[] json() {
    return Json.write(tree);
  }

  /** A tree of the caller's own. */
  ObjectNode copy() {
    return tree.deepCopy();
  }

  @Override
  public String toString() {
    return tree.toString();
  }

  private ObjectNode latest() {
    return as(SpecVersion.LATEST).tree;
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(node -> strings.add(node.asText()));
    return strings;
  }
}
