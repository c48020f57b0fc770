package io.keelson.runtime.docker.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.PodSandboxMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The file of a pod's checkpoint that tells which archive is whose. It is written last: where it
 * is, the checkpoint is complete.
 *
 * @param archives file names by names of containers
 */
public record PodIndex(Map<String, String> archives) {
  /** Its name. */
  static final String FILE = "pod.json";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Copies the map, and keeps its order. */
  public PodIndex {
    archives = new LinkedHashMap<>(archives);
  }

  /** The file's content. */
  ObjectNode document(PodSandboxMetadata pod) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document
        .putObject("pod")
        .put("name", pod.getName())
        .put("namespace", pod.getNamespace())
        .put("uid", pod.getUid());
    ObjectNode containers = document.putObject("containers");
    archives.forEach(containers::put);
    return document;
  }

  /**
   * Reads the index of a folder.
   *
   * @throws CriException {@code INVALID_ARGUMENT} when there is no valid one
   */
  public static PodIndex read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      JsonNode containers = JSON.readTree(Files.readAllBytes(file)).path("containers");
      Map<String, String> archives = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> container : containers.properties()) {
        archives.put(container.getKey(), container.getValue().asText());
      }
      return new PodIndex(archives);
    } catch (NoSuchFileException e) {
      throw CriException.invalidArgument(
          "checkpoint_path '%s' has no file %s: it is not a complete checkpoint of a pod"
              .formatted(folder, FILE));
    } catch (IOException e) {
      throw CriException.invalidArgument("%s cannot be read: %s".formatted(file, e.getMessage()));
    }
  }

  /**
   * The archive of a container.
   *
   * @param folder the one this was read from
   * @throws CriException {@code INVALID_ARGUMENT} when it has none
   */
  public ContainerArchive open(Path folder, String container) {
    String name = archives.get(container);
    if (name == null) {
      throw CriException.invalidArgument(
          "checkpoint_path '%s' has no container '%s', only %s"
              .formatted(folder, container, archives.keySet()));
    }
    if (!Path.of("/", name).normalize().equals(Path.of("/", name)) || name.contains("/")) {
      throw CriException.invalidArgument(
          "%s names the archive '%s', which is not a file in its folder"
              .formatted(folder.resolve(FILE), name));
    }
    return ContainerArchive.open(folder.resolve(name));
  }
}
