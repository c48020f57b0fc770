package io.keelson.cli.config;

import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads a daemon's YAML configuration. Every key is optional; an unknown one is refused with the
 * nearest known one; all problems are reported at once, each with its line.
 */
public final class ConfigurationFile {
  private static final int SIZE_LIMIT = 1024 * 1024;
  private static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug", "trace");

  private final Map<String, RuntimeBackendFactory> factories;
  private final List<String> problems = new ArrayList<>();

  private ConfigurationFile(Map<String, RuntimeBackendFactory> factories) {
    this.factories = factories;
  }

  /**
   * Reads a file.
   *
   * @param factories the backends that can be configured, by name
   * @throws ConfigurationException with everything that is wrong with it
   */
  public static DaemonConfiguration read(Path file, Map<String, RuntimeBackendFactory> factories)
      throws ConfigurationException {
    String text;
    try {
      if (Files.size(file) > SIZE_LIMIT) {
        throw new ConfigurationException(
            file.toString(), List.of("the file has more than " + SIZE_LIMIT + " bytes"));
      }
      text = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigurationException(
          file.toString(),
          List.of(
              "cannot be read (%s); check that it exists, is UTF-8, and who may read it"
                  .formatted(e.getClass().getSimpleName())));
    }
    return parse(file.toString(), text, factories);
  }

  /**
   * Reads a text.
   *
   * @param source names it in messages
   * @throws ConfigurationException with everything that is wrong with it
   */
  public static DaemonConfiguration parse(
      String source, String text, Map<String, RuntimeBackendFactory> factories)
      throws ConfigurationException {
    ConfigurationFile reader = new ConfigurationFile(factories);
    DaemonConfiguration configuration = reader.parse(text);
    if (!reader.problems.isEmpty()) {
      throw new ConfigurationException(source, reader.problems);
    }
    return configuration;
  }

  private DaemonConfiguration parse(String text) {
    DaemonConfiguration defaults = DaemonConfiguration.DEFAULTS;
    Node root;
    try {
      root = new Compose(LoadSettings.builder().build()).composeString(text).orElse(null);
    } catch (YamlEngineException e) {
      problems.add("this is not YAML: " + String.valueOf(e.getMessage()).replace('\n', ' '));
      return defaults;
    }
    if (root == null) {
      return defaults;
    }
    Map<String, Node> keys =
        mapping(
            root,
            "",
            Set.of(
                "listen",
                "tls",
                "state-dir",
                "run-dir",
                "default-backend",
                "backends",
                "cni",
                "log-level"));
    List<Endpoint> listen =
        list(keys.get("listen"), "listen", ConfigurationFile::endpoint, defaults.listen());
    TlsSettings tls = tls(keys.get("tls"));
    if (tls == null && listen.stream().anyMatch(e -> e instanceof Endpoint.Tcp)) {
      problems.add(
          "listen: a tcp:// endpoint needs the keys tls.certificate, tls.key, tls.trusted");
    }
    String level = scalar(keys.get("log-level"), "log-level", l -> l, defaults.logLevel());
    if (!LOG_LEVELS.contains(level)) {
      problems.add("log-level: '%s' is none of %s".formatted(level, String.join(", ", LOG_LEVELS)));
    }
    return new DaemonConfiguration(
        listen,
        tls,
        scalar(
            keys.get("state-dir"), "state-dir", ConfigurationFile::path, defaults.stateDirectory()),
        scalar(keys.get("run-dir"), "run-dir", ConfigurationFile::path, defaults.runDirectory()),
        backends(keys.get("backends"), keys.get("default-backend")),
        cni(keys.get("cni")),
        level);
  }

  private @Nullable TlsSettings tls(@Nullable Node node) {
    if (node == null) {
      return null;
    }
    Map<String, Node> keys = mapping(node, "tls.", Set.of("certificate", "key", "trusted"));
    Path none = Path.of("");
    Path certificate =
        scalar(keys.get("certificate"), "tls.certificate", ConfigurationFile::path, none);
    Path key = scalar(keys.get("key"), "tls.key", ConfigurationFile::path, none);
    Path trusted = scalar(keys.get("trusted"), "tls.trusted", ConfigurationFile::path, none);
    if (keys.size() < 3) {
      problems.add(at(node) + "tls: needs all of certificate, key and trusted");
      return null;
    }
    try {
      return new TlsSettings(certificate, key, trusted);
    } catch (IllegalArgumentException e) {
      problems.add(at(node) + "tls: " + e.getMessage());
      return null;
    }
  }

  private Map<String, Map<String, String>> backends(@Nullable Node node, @Nullable Node first) {
    Map<String, Map<String, String>> given = new LinkedHashMap<>();
    if (node != null) {
      mapping(node, "backends.", factories.keySet())
          .forEach((name, options) -> given.put(name, options(name, options)));
    }
    Map<String, Map<String, String>> backends =
        given.isEmpty() ? DaemonConfiguration.DEFAULTS.backends() : given;
    String preferred =
        scalar(first, "default-backend", name -> name, backends.keySet().iterator().next());
    Map<String, String> preferredOptions = backends.get(preferred);
    if (preferredOptions == null) {
      problems.add(
          "default-backend: '%s' is not among the configured backends %s"
              .formatted(preferred, String.join(", ", backends.keySet())));
      return backends;
    }
    Map<String, Map<String, String>> ordered = new LinkedHashMap<>();
    ordered.put(preferred, preferredOptions);
    ordered.putAll(backends);
    return ordered;
  }

  private Map<String, String> options(String backend, Node node) {
    Map<String, String> options = new LinkedHashMap<>();
    if (node instanceof ScalarNode empty && empty.getValue().isEmpty()) {
      return options;
    }
    RuntimeBackendFactory factory = factories.get(backend);
    if (factory != null) {
      String prefix = "backends." + backend + ".";
      mapping(node, prefix, factory.options().keySet())
          .forEach((key, value) -> options.put(key, scalar(value, prefix + key, text -> text, "")));
    }
    return options;
  }

  private DaemonConfiguration.Cni cni(@Nullable Node node) {
    DaemonConfiguration.Cni defaults = DaemonConfiguration.Cni.DEFAULTS;
    if (node == null) {
      return defaults;
    }
    Map<String, Node> keys =
        mapping(node, "cni.", Set.of("conf-dir", "bin-dirs", "cache-dir", "timeout"));
    return new DaemonConfiguration.Cni(
        scalar(
            keys.get("conf-dir"),
            "cni.conf-dir",
            ConfigurationFile::path,
            defaults.confDirectory()),
        list(
            keys.get("bin-dirs"),
            "cni.bin-dirs",
            ConfigurationFile::path,
            defaults.binDirectories()),
        scalar(
            keys.get("cache-dir"),
            "cni.cache-dir",
            ConfigurationFile::path,
            defaults.cacheDirectory()),
        scalar(
            keys.get("timeout"), "cni.timeout", ConfigurationFile::duration, defaults.timeout()));
  }

  private Map<String, Node> mapping(Node node, String prefix, Set<String> known) {
    Map<String, Node> keys = new LinkedHashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      problems.add(
          at(node)
              + (prefix.isEmpty() ? "the file" : prefix.substring(0, prefix.length() - 1))
              + " must be a mapping of keys to values");
      return keys;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(at(tuple.getKeyNode()) + "a key must be a plain word");
      } else if (!known.contains(key.getValue())) {
        String hint =
            Nearest.to(key.getValue(), known)
                .map(near -> "; did you mean '" + prefix + near + "'?")
                .orElse("; known are " + String.join(", ", new TreeSet<>(known)));
        problems.add(at(key) + "unknown key '" + prefix + key.getValue() + "'" + hint);
      } else if (keys.put(key.getValue(), tuple.getValueNode()) != null) {
        problems.add(at(key) + "key '" + prefix + key.getValue() + "' is given twice");
      }
    }
    return keys;
  }

  private <T> T scalar(@Nullable Node node, String key, Function<String, T> reader, T otherwise) {
    if (node == null) {
      return otherwise;
    }
    if (!(node instanceof ScalarNode scalar)) {
      problems.add(at(node) + key + ": must be a single value");
      return otherwise;
    }
    try {
      return reader.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      problems.add(at(node) + key + ": " + e.getMessage());
      return otherwise;
    }
  }

  private <T> List<T> list(
      @Nullable Node node, String key, Function<String, T> reader, List<T> otherwise) {
    if (node == null) {
      return otherwise;
    }
    if (!(node instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
      problems.add(at(node) + key + ": must be a list with at least one entry");
      return otherwise;
    }
    List<T> values = new ArrayList<>();
    for (Node entry : sequence.getValue()) {
      if (!(entry instanceof ScalarNode scalar)) {
        problems.add(at(entry) + key + ": an entry must be a single value");
        continue;
      }
      try {
        values.add(reader.apply(scalar.getValue()));
      } catch (IllegalArgumentException e) {
        problems.add(at(entry) + key + ": " + e.getMessage());
      }
    }
    return values;
  }

  private static Endpoint endpoint(String text) {
    return Endpoint.parse(text);
  }

  private static Path path(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("'" + text + "' is not an absolute path");
    }
    return path;
  }

  private static Duration duration(String text) {
    int unit = text.length() - 1;
    try {
      long number = Long.parseLong(text.substring(0, Math.max(0, unit)));
      Duration duration =
          switch (text.charAt(unit)) {
            case 's' -> Duration.ofSeconds(number);
            case 'm' -> Duration.ofMinutes(number);
            default -> Duration.ZERO;
          };
      if (duration.isPositive()) {
        return duration;
      }
    } catch (NumberFormatException | StringIndexOutOfBoundsException e) {
      throw new IllegalArgumentException("'" + text + "' is not a time; write 30s or 2m", e);
    }
    throw new IllegalArgumentException("'" + text + "' is not a time; write 30s or 2m");
  }

  private static String at(Node node) {
    return node.getStartMark().map(mark -> "line " + (mark.getLine() + 1) + ": ").orElse("");
  }
}
