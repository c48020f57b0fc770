package io.keelson.runtime.docker.cdi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * One spec file.
 *
 * @param file it was read from
 * @param edits {@code containerEdits} that come with any of its devices
 * @param devices {@code containerEdits} of each device, by its full name {@code vendor/class=name}
 */
record CdiSpec(Path file, JsonNode edits, Map<String, JsonNode> devices) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern VERSION = Pattern.compile("[01]\\.\\d+\\.\\d+");
  private static final Pattern KIND =
      Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*/[a-zA-Z][a-zA-Z0-9_-]*");
  private static final int SIZE_LIMIT = 4 << 20;
  private static final String EDITS = "containerEdits";

  static boolean isSpec(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".json") || name.endsWith(".yaml");
  }

  /**
   * Reads a file, JSON or YAML by its name's end.
   *
   * @throws IOException with the reason when it is no spec
   */
  static CdiSpec read(Path file) throws IOException {
    JsonNode root = tree(file);
    String version = root.path("cdiVersion").asText();
    if (!VERSION.matcher(version).matches()) {
      throw new IOException("cdiVersion '%s' is not known, 0.x and 1.x are".formatted(version));
    }
    String kind = root.path("kind").asText();
    if (!KIND.matcher(kind).matches()) {
      throw new IOException("kind '%s' is not like vendor.com/class".formatted(kind));
    }
    Map<String, JsonNode> devices = new LinkedHashMap<>();
    for (JsonNode device : root.path("devices")) {
      String name = kind + "=" + device.path("name").asText();
      if (devices.put(name, device.path(EDITS)) != null) {
        throw new IOException("device %s is described twice".formatted(name));
      }
    }
    return new CdiSpec(file, root.path(EDITS), devices);
  }

  private static JsonNode tree(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(SIZE_LIMIT + 1);
    }
    if (bytes.length > SIZE_LIMIT) {
      throw new IOException("has more than %d bytes".formatted(SIZE_LIMIT));
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    try {
      return file.toString().endsWith(".json") ? JSON.readTree(text) : yaml(text);
    } catch (JsonProcessingException e) {
      throw new IOException("is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static JsonNode yaml(String text) throws IOException {
    try {
      Object document = new Load(LoadSettings.builder().build()).loadFromString(text);
      return JSON.valueToTree(document);
    } catch (YamlEngineException | IllegalArgumentException e) {
      throw new IOException("is not YAML: " + e.getMessage(), e);
    }
  }

  /** What one of its devices needs. */
  JsonNode device(String name) {
    return devices.getOrDefault(name, MissingNode.getInstance());
  }
}
