package io.keelson.cni;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The folders plugins' programs are searched in.
 *
 * @param paths in order of precedence
 */
public record PluginDirectories(List<Path> paths) {
  /** Keeps an unchangeable copy. */
  public PluginDirectories {
    paths = List.copyOf(paths);
  }

  /**
   * Finds a plugin's program.
   *
   * @throws PluginMissingException when it is in none of the folders
   */
  public Path find(String pluginType) {
    if (Names.isPluginType(pluginType)) {
      for (Path directory : paths) {
        Path program = directory.resolve(pluginType);
        if (Files.isRegularFile(program)) {
          return program;
        }
      }
    }
    throw new PluginMissingException(pluginType, paths);
  }

  /** The folders as {@code CNI_PATH} has them. */
  String asVariable() {
    return paths.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }
}
