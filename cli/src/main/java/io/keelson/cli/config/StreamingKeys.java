package io.keelson.cli.config;

import io.keelson.runtime.streaming.StreamingSettings;
import io.keelson.runtime.streaming.StreamingTls;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the keys below {@code streaming}. */
final class StreamingKeys {
  private static final String PREFIX = "streaming.";
  private static final String TLS = "streaming.tls";

  private final YamlReader yaml;

  StreamingKeys(YamlReader yaml) {
    this.yaml = yaml;
  }

  StreamingSettings read(@Nullable Node node) {
    StreamingSettings defaults = StreamingSettings.DEFAULTS;
    if (node == null) {
      return defaults;
    }
    Map<String, Node> keys = yaml.mapping(node, PREFIX, ConfigurationKey.wordsBelow(PREFIX));
    return new StreamingSettings(
        yaml.scalar(keys.get("host"), PREFIX + "host", host -> host, defaults.host()),
        yaml.scalar(keys.get("port"), PREFIX + "port", StreamingKeys::port, defaults.port()),
        yaml.nullable(keys.get("base-url"), PREFIX + "base-url", StreamingKeys::baseUrl),
        tls(keys.get("tls")),
        yaml.scalar(
            keys.get("idle-timeout"),
            PREFIX + "idle-timeout",
            Durations::parse,
            defaults.idleTimeout()),
        yaml.scalar(
            keys.get("creation-timeout"),
            PREFIX + "creation-timeout",
            Durations::parse,
            defaults.creationTimeout()));
  }

  private static int port(String text) {
    if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= 65535) {
      return Integer.parseInt(text);
    }
    throw new IllegalArgumentException("'" + text + "' is not a port; write 0 to 65535");
  }

  private static URI baseUrl(String text) {
    if (text.matches("https?://[^/]+.*")) {
      return URI.create(text);
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a URL; write https://node.example:10250 or the like");
  }

  private @Nullable StreamingTls tls(@Nullable Node node) {
    if (node == null) {
      return null;
    }
    Map<String, Node> keys = yaml.mapping(node, TLS + ".", ConfigurationKey.wordsBelow(TLS + "."));
    Path certificate = path(keys, "certificate");
    Path key = path(keys, "key");
    Path trusted = path(keys, "trusted");
    if (!keys.containsKey("certificate") || !keys.containsKey("key")) {
      yaml.problem(node, TLS + ": needs certificate and key");
    }
    if (certificate == null || key == null) {
      return null;
    }
    try {
      return new StreamingTls(certificate, key, trusted);
    } catch (IllegalArgumentException e) {
      yaml.problem(node, TLS + ": " + e.getMessage());
      return null;
    }
  }

  private @Nullable Path path(Map<String, Node> keys, String word) {
    return yaml.nullable(keys.get(word), TLS + "." + word, ConfigurationFile::path);
  }
}
