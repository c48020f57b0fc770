package io.keelson.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A network: its name, the version its plugins are spoken to in, and the chain of plugins. */
public final class NetworkConfiguration {
  private final String name;
  private final SpecVersion version;
  private final boolean disableCheck;
  private final boolean inlinedPluginsOnly;
  private final List<PluginConfiguration> plugins;
  private final ObjectNode tree;

  private NetworkConfiguration(ObjectNode tree, String origin) {
    this.tree = tree;
    this.name = name(tree, origin);
    this.version = version(tree, origin);
    this.disableCheck = flag(tree, "disableCheck", origin);
    // Read for its form only: this library collects no garbage by plugin command.
    flag(tree, "disableGC", origin);
    this.inlinedPluginsOnly = flag(tree, "loadOnlyInlinedPlugins", origin);
    this.plugins = plugins(tree, inlinedPluginsOnly, origin);
  }

  /**
   * Reads a configuration list. A list without plugins is possible: those of its drop-in directory
   * are still to be added.
   *
   * @param json the list, in UTF-8
   * @param origin names it in messages, usually its file
   * @throws ConfigurationException when it is malformed or breaks a rule of the specification
   */
  public static NetworkConfiguration parseList(byte[] json, String origin) {
    return new NetworkConfiguration(read(json, origin), origin);
  }

  /**
   * Reads a configuration of a single plugin, the form before lists, as a list of one.
   *
   * @throws ConfigurationException as in {@link #parseList}, and when it is a list
   */
  static NetworkConfiguration parseSingle(byte[] json, String origin) {
    ObjectNode plugin = read(json, origin);
    if (plugin.has("plugins") && !plugin.has("type")) {
      throw new ConfigurationException(
          origin + ": is a list of plugins; give the file the extension .conflist", null);
    }
    PluginConfiguration.of(plugin, origin);
    ObjectNode list = Json.object();
    for (String key : List.of("name", "cniVersion", "cniVersions")) {
      JsonNode value = plugin.get(key);
      if (value != null) {
        list.set(key, value);
      }
    }
    list.putArray("plugins").add(plugin);
    return new NetworkConfiguration(list, origin);
  }

  /** This network with more plugins at the end of its chain. */
  NetworkConfiguration withPlugins(List<PluginConfiguration> more, String origin) {
    ObjectNode longer = tree.deepCopy();
    ArrayNode all = longer.withArray("plugins");
    for (PluginConfiguration plugin : more) {
      all.add(plugin.copy());
    }
    // The chain is complete now: whoever reads the cached copy must not add the drop-ins again.
    longer.put("loadOnlyInlinedPlugins", true);
    return new NetworkConfiguration(longer, origin);
  }

  /** The network's name: letters, digits, {@code _ . -}, a letter or digit first. */
  public String name() {
    return name;
  }

  /** The version its plugins are spoken to in: the highest offered that this library speaks. */
  public SpecVersion version() {
    return version;
  }

  /** Whether CHECK is to succeed without asking the plugins. */
  public boolean disableCheck() {
    return disableCheck;
  }

  /** The chain, in the order of ADD. */
  public List<PluginConfiguration> plugins() {
    return plugins;
  }

  /** Whether plugins of the drop-in directory are to be left out. */
  boolean inlinedPluginsOnly() {
    return inlinedPluginsOnly;
  }

  /** The list as JSON, complete: {@link #parseList} gives an equal network. */
  public byte[] json() {
    return Json.write(tree);
  }

  private static ObjectNode read(byte[] json, String origin) {
    try {
      return Json.readObject(json);
    } catch (Json.MalformedException e) {
      throw new ConfigurationException(origin + ": " + e.reason(), e);
    }
  }

  private static String name(ObjectNode tree, String origin) {
    JsonNode name = tree.get("name");
    if (name == null || name.isNull()) {
      throw new ConfigurationException(origin + ": the network has no 'name'", null);
    }
    if (!name.isTextual()) {
      throw new ConfigurationException(origin + ": 'name' is not a string", null);
    }
    if (!Names.isIdentifier(name.textValue())) {
      throw new ConfigurationException(
          origin
              + ": network name '"
              + name.textValue()
              + "' does not match "
              + Names.identifierPattern(),
          null);
    }
    return name.textValue();
  }

  /** Versions newer than ours in the list of offers are passed over, as the specification says. */
  private static SpecVersion version(ObjectNode tree, String origin) {
    JsonNode single = tree.get("cniVersion");
    SpecVersion best =
        single == null || single.isNull()
            ? SpecVersion.V0_1_0
            : versionOf(single, "cniVersion", origin);
    JsonNode offers = tree.get("cniVersions");
    if (offers != null && !offers.isNull()) {
      if (!offers.isArray()) {
        throw new ConfigurationException(origin + ": 'cniVersions' is not an array", null);
      }
      for (JsonNode offer : offers) {
        SpecVersion version = versionOf(offer, "cniVersions", origin);
        boolean spoken = SpecVersion.LATEST.isAtLeast(version);
        if (spoken && (version.isAtLeast(best) || !SpecVersion.LATEST.isAtLeast(best))) {
          best = version;
        }
      }
    }
    if (!SpecVersion.LATEST.isAtLeast(best)) {
      throw new ConfigurationException(
          origin
              + ": cniVersion "
              + best
              + " is newer than "
              + SpecVersion.LATEST
              + ", the newest understood here: lower it, or offer more in 'cniVersions'",
          null);
    }
    return best;
  }

  private static SpecVersion versionOf(JsonNode node, String key, String origin) {
    if (!node.isTextual()) {
      throw new ConfigurationException(origin + ": '" + key + "' holds what is not a string", null);
    }
    try {
      return SpecVersion.parse(node.textValue());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(origin + ": '" + key + "': " + e.getMessage(), e);
    }
  }

  /** Some network authors quote their booleans, and the reference library lets them. */
  private static boolean flag(ObjectNode tree, String key, String origin) {
    JsonNode value = tree.get(key);
    if (value == null) {
      return false;
    }
    if (value.isBoolean()) {
      return value.booleanValue();
    }
    if (value.isTextual()) {
      switch (value.textValue().toLowerCase(Locale.ROOT)) {
        case "true" -> {
          return true;
        }
        case "false" -> {
          return false;
        }
        default -> {}
      }
    }
    throw new ConfigurationException(
        origin + ": '" + key + "' is " + value + ", want true or false", null);
  }

  private static List<PluginConfiguration> plugins(
      ObjectNode tree, boolean inlinedPluginsOnly, String origin) {
    JsonNode nodes = tree.get("plugins");
    if (nodes == null || nodes.isNull()) {
      if (inlinedPluginsOnly) {
        throw new ConfigurationException(
            origin + ": 'loadOnlyInlinedPlugins' is true and there is no 'plugins' list", null);
      }
      return List.of();
    }
    if (!nodes.isArray()) {
      throw new ConfigurationException(origin + ": 'plugins' is not an array", null);
    }
    if (nodes.isEmpty()) {
      throw new ConfigurationException(origin + ": no plugins in list", null);
    }
    List<PluginConfiguration> plugins = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      plugins.add(PluginConfiguration.of(nodes.get(i), origin + ": plugins[" + i + "]"));
    }
    return List.copyOf(plugins);
  }
}
