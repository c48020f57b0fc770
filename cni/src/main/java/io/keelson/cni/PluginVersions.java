package io.keelson.cni;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Which versions each plugin speaks: asked once, and again when its program has changed. */
final class PluginVersions {
  /** More programs than any node has; then everything is asked anew. */
  private static final int MAX_PROGRAMS = 256;

  private record Program(Path path, FileTime modified, long size, @Nullable Object fileKey) {}

  private final PluginDirectories directories;
  private final PluginRunner runner;
  private final Map<Program, List<SpecVersion>> known = new ConcurrentHashMap<>();

  PluginVersions(PluginDirectories directories, PluginRunner runner) {
    this.directories = directories;
    this.runner = runner;
  }

  List<SpecVersion> of(String pluginType, Duration timeLimit) throws InterruptedException {
    Program program = program(pluginType);
    List<SpecVersion> versions = known.get(program);
    if (versions == null) {
      versions = ask(pluginType, timeLimit);
      if (known.size() >= MAX_PROGRAMS) {
        known.clear();
      }
      known.put(program, versions);
    }
    return versions;
  }

  private Program program(String pluginType) {
    Path path = directories.find(pluginType);
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Program(
          path, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    } catch (IOException e) {
      throw new PluginMissingException(pluginType, directories.paths());
    }
  }

  private List<SpecVersion> ask(String pluginType, Duration timeLimit) throws InterruptedException {
    byte[] answer;
    try {
      answer = runner.version(pluginType, timeLimit);
    } catch (PluginException e) {
      if (String.valueOf(e.getMessage()).contains("unknown CNI_COMMAND: VERSION")) {
        return List.of(SpecVersion.V0_1_0);
      }
      throw e;
    }
    try {
      return parse(Json.readObject(answer));
    } catch (Json.MalformedException | IllegalArgumentException e) {
      throw new PluginException(
          pluginType,
          PluginException.NO_CODE,
          "VERSION: CNI plugin " + pluginType + " gave a malformed answer: " + e.getMessage(),
          e);
    }
  }

  /** Version 0.2.0 of the specification knew VERSION, but not yet the list in its answer. */
  private static List<SpecVersion> parse(ObjectNode answer) {
    JsonNode supported = answer.path("supportedVersions");
    if (!supported.isArray() || supported.isEmpty()) {
      if (answer.path("cniVersion").asText("").equals(SpecVersion.V0_2_0.toString())) {
        return List.of(SpecVersion.V0_1_0, SpecVersion.V0_2_0);
      }
      throw new IllegalArgumentException("no 'supportedVersions'");
    }
    List<SpecVersion> versions = new ArrayList<>();
    supported.forEach(node -> versions.add(SpecVersion.parse(node.asText())));
    return List.copyOf(versions);
  }
}
