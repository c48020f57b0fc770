package io.keelson.cli.config;

import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads a daemon's YAML configuration. Every key is optional; an unknown one is refused with the
 * nearest known one; all problems are reported at once, each with its line.
 */
public final class ConfigurationFile {
  private static final int SIZE_LIMIT = 1024 * 1024;
  private static final List<String> LOG_LEVELS = List.of("error", "warn", "info", "debug", "trace");

  private final Map<String, RuntimeBackendFactory> factories;
  private final YamlReader yaml = new YamlReader();

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
    ConfigurationFile file = new ConfigurationFile(factories);
    DaemonConfiguration configuration = file.parse(text);
    List<String> problems = file.yaml.problems();
    if (!problems.isEmpty()) {
      throw new ConfigurationException(source, problems);
    }
    return configuration;
  }

  private DaemonConfiguration parse(String text) {
    DaemonConfiguration defaults = DaemonConfiguration.DEFAULTS;
    Node root = yaml.compose(text);
    if (root == null) {
      return defaults;
    }
    Map<String, Node> keys = yaml.mapping(root, "", ConfigurationKey.wordsBelow(""));
    TlsSettings tls = tls(keys.get("tls"));
    return new DaemonConfiguration(
        listen(keys.get("listen"), keys.containsKey("tls")),
        tls,
        yaml.scalar(
            keys.get("state-dir"), "state-dir", ConfigurationFile::path, defaults.stateDirectory()),
        yaml.scalar(
            keys.get("run-dir"), "run-dir", ConfigurationFile::path, defaults.runDirectory()),
        backends(keys.get("backends"), keys.get("default-backend")),
        cni(keys.get("cni")),
        new StreamingKeys(yaml).read(keys.get("streaming")),
        yaml.scalar(
            keys.get("log-level"), "log-level", ConfigurationFile::logLevel, defaults.logLevel()));
  }

  private List<Endpoint> listen(@Nullable Node node, boolean hasTls) {
    List<Endpoint> endpoints =
        yaml.list(node, "listen", Endpoint::parse, DaemonConfiguration.DEFAULTS.listen());
    if (node != null && !hasTls) {
      for (Endpoint endpoint : endpoints) {
        if (endpoint instanceof Endpoint.Tcp) {
          yaml.problem(
              node,
              "listen: %s needs mutual TLS; add the keys tls.certificate, tls.key and tls.trusted"
                  .formatted(endpoint));
        }
      }
    }
    return endpoints;
  }

  private @Nullable TlsSettings tls(@Nullable Node node) {
    if (node == null) {
      return null;
    }
    Map<String, Node> keys = yaml.mapping(node, "tls.", ConfigurationKey.wordsBelow("tls."));
    Path certificate =
        yaml.nullable(keys.get("certificate"), "tls.certificate", ConfigurationFile::path);
    Path key = yaml.nullable(keys.get("key"), "tls.key", ConfigurationFile::path);
    Path trusted = yaml.nullable(keys.get("trusted"), "tls.trusted", ConfigurationFile::path);
    if (keys.size() < 3) {
      yaml.problem(node, "tls: needs all of certificate, key and trusted");
    }
    if (certificate == null || key == null || trusted == null) {
      return null;
    }
    try {
      return new TlsSettings(certificate, key, trusted);
    } catch (IllegalArgumentException e) {
      yaml.problem(node, "tls: " + e.getMessage());
      return null;
    }
  }

  private Map<String, Map<String, String>> backends(@Nullable Node node, @Nullable Node first) {
    Map<String, Map<String, String>> given = new LinkedHashMap<>();
    if (node != null) {
      yaml.mapping(node, "backends.", factories.keySet())
          .forEach((name, options) -> given.put(name, options(name, options)));
    }
    Map<String, Map<String, String>> backends =
        given.isEmpty() ? DaemonConfiguration.DEFAULTS.backends() : given;
    String preferred = yaml.nullable(first, "default-backend", name -> name);
    if (preferred == null) {
      return backends;
    }
    if (!backends.containsKey(preferred)) {
      yaml.problem(
          first,
          "default-backend: '%s' is not among the backends served (%s); add it below backends"
              .formatted(preferred, String.join(", ", backends.keySet())));
      return backends;
    }
    Map<String, Map<String, String>> ordered = new LinkedHashMap<>();
    ordered.put(preferred, backends.getOrDefault(preferred, Map.of()));
    backends.forEach(ordered::putIfAbsent);
    return ordered;
  }

  private Map<String, String> options(String backend, Node node) {
    RuntimeBackendFactory factory = factories.get(backend);
    if (factory == null || YamlReader.isEmpty(node)) {
      return Map.of();
    }
    return yaml.flat(node, "backends." + backend + ".", factory.options().keySet());
  }

  private DaemonConfiguration.Cni cni(@Nullable Node node) {
    DaemonConfiguration.Cni defaults = DaemonConfiguration.Cni.DEFAULTS;
    if (node == null) {
      return defaults;
    }
    Map<String, Node> keys = yaml.mapping(node, "cni.", ConfigurationKey.wordsBelow("cni."));
    return new DaemonConfiguration.Cni(
        yaml.scalar(
            keys.get("conf-dir"),
            "cni.conf-dir",
            ConfigurationFile::path,
            defaults.confDirectory()),
        yaml.list(
            keys.get("bin-dirs"),
            "cni.bin-dirs",
            ConfigurationFile::path,
            defaults.binDirectories()),
        yaml.scalar(
            keys.get("cache-dir"),
            "cni.cache-dir",
            ConfigurationFile::path,
            defaults.cacheDirectory()),
        yaml.scalar(keys.get("timeout"), "cni.timeout", Durations::parse, defaults.timeout()));
  }

  static Path path(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("'" + text + "' is not an absolute path");
    }
    return path;
  }

  private static String logLevel(String text) {
    if (!LOG_LEVELS.contains(text)) {
      throw new IllegalArgumentException(
          "'%s' is none of %s".formatted(text, String.join(", ", LOG_LEVELS)));
    }
    return text;
  }
}
