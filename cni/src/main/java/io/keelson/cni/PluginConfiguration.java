package io.keelson.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One plugin of a network, with whatever keys its author gave it. Unchangeable. */
public final class PluginConfiguration {
  private final String type;
  private final Set<String> capabilities;
  private final ObjectNode tree;

  private PluginConfiguration(String type, Set<String> capabilities, ObjectNode tree) {
    this.type = type;
    this.capabilities = capabilities;
    this.tree = tree;
  }

  /**
   * Checks the parts of a plugin's configuration that do not belong to the plugin alone.
   *
   * @param origin names the place for messages
   */
  static PluginConfiguration of(JsonNode node, String origin) {
    if (!(node instanceof ObjectNode tree)) {
      throw new ConfigurationException(origin + ": plugin configuration is not an object", null);
    }
    JsonNode type = tree.get("type");
    if (type == null || !type.isTextual() || type.textValue().isEmpty()) {
      throw new ConfigurationException(origin + ": plugin configuration has no 'type'", null);
    }
    if (!Names.isPluginType(type.textValue())) {
      throw new ConfigurationException(
          origin + ": plugin type '" + type.textValue() + "' is not the plain name of a program",
          null);
    }
    return new PluginConfiguration(type.textValue(), capabilities(tree, origin), tree);
  }

  /** The name of the plugin's program. */
  public String type() {
    return type;
  }

  /** The capabilities it declares to understand: {@code portMappings}, {@code bandwidth} ... */
  public Set<String> capabilities() {
    return capabilities;
  }

  /** A tree of the caller's own. */
  ObjectNode copy() {
    return tree.deepCopy();
  }

  /** The configuration as it stands in its file, indented. */
  @Override
  public String toString() {
    return Json.writePretty(tree);
  }

  private static Set<String> capabilities(ObjectNode tree, String origin) {
    JsonNode declared = tree.get("capabilities");
    if (declared == null || declared.isNull()) {
      return Set.of();
    }
    if (!declared.isObject()) {
      throw new ConfigurationException(origin + ": 'capabilities' is not an object", null);
    }
    Set<String> capabilities = new TreeSet<>();
    for (Map.Entry<String, JsonNode> entry : declared.properties()) {
      if (!entry.getValue().isBoolean()) {
        throw new ConfigurationException(
            origin + ": capability '" + entry.getKey() + "' is neither true nor false", null);
      }
      if (entry.getValue().booleanValue()) {
        capabilities.add(entry.getKey());
      }
    }
    return Set.copyOf(capabilities);
  }
}
