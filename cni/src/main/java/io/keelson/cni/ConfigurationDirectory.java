package io.keelson.cni;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of network configurations: lists ({@code *.conflist}) before single plugins ({@code
 * *.conf}, {@code *.json}), each kind sorted by file name.
 *
 * @param path the folder; need not exist
 */
public record ConfigurationDirectory(Path path) {
  /** A configuration larger than this is refused. */
  public static final int MAX_FILE_BYTES = 1 << 20;

  /** Files beyond this number are a mistake, not a configuration. */
  private static final int MAX_FILES = 1_000;

  /**
   * The configuration files in order of precedence; empty when the folder does not exist.
   *
   * @throws ConfigurationException when the folder cannot be read
   */
  public List<Path> files() {
    List<Path> all = list(path);
    return Stream.concat(
            all.stream().filter(file -> hasExtension(file, ".conflist")),
            all.stream().filter(file -> hasExtension(file, ".conf") || hasExtension(file, ".json")))
        .toList();
  }

  /**
   * Reads one configuration. A list takes in the plugins of its drop-in directory, {@code <folder>/
   * <network name>/*.conf}, unless it says {@code loadOnlyInlinedPlugins}.
   *
   * @param file one of {@link #files}
   * @throws ConfigurationException when it cannot be read or used; names file and place
   */
  public NetworkConfiguration load(Path file) {
    byte[] json = read(file);
    if (!hasExtension(file, ".conflist")) {
      return NetworkConfiguration.parseSingle(json, file.toString());
    }
    NetworkConfiguration network = NetworkConfiguration.parseList(json, file.toString());
    if (!network.inlinedPluginsOnly()) {
      List<PluginConfiguration> dropIns =
          dropIns(network.name()).stream().map(ConfigurationDirectory::loadDropIn).toList();
      if (!dropIns.isEmpty()) {
        network = network.withPlugins(dropIns, file.toString());
      }
    }
    if (network.plugins().isEmpty()) {
      throw new ConfigurationException(
          file + ": no plugins, neither in the list nor in " + path.resolve(network.name()), null);
    }
    return network;
  }

  /**
   * Finds a network by its name; files that cannot be used are passed over.
   *
   * @throws ConfigurationException when no usable file defines it
   */
  public NetworkConfiguration find(String networkName) {
    List<String> problems = new ArrayList<>();
    for (Path file : files()) {
      try {
        NetworkConfiguration network = load(file);
        if (network.name().equals(networkName)) {
          return network;
        }
      } catch (ConfigurationException e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    throw new ConfigurationException(
        "no CNI network '"
            + networkName
            + "' in "
            + path
            + (problems.isEmpty() ? "" : "; unusable: " + String.join("; ", problems)),
        null);
  }

  /** The files of a network's drop-in directory, in order; empty when there is none. */
  public List<Path> dropIns(String networkName) {
    return list(path.resolve(networkName)).stream()
        .filter(file -> hasExtension(file, ".conf"))
        .toList();
  }

  private static PluginConfiguration loadDropIn(Path file) {
    try {
      return PluginConfiguration.of(Json.readObject(read(file)), file.toString());
    } catch (Json.MalformedException e) {
      throw new ConfigurationException(file + ": " + e.reason(), e);
    }
  }

  private static List<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files =
          entries.filter(Files::isRegularFile).limit(MAX_FILES + 1L).sorted().toList();
      if (files.size() > MAX_FILES) {
        throw new ConfigurationException(
            directory + ": more than " + MAX_FILES + " files in a CNI configuration folder", null);
      }
      return files;
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      throw new ConfigurationException(directory + ": cannot be listed: " + e, e);
    }
  }

  private static byte[] read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] json = in.readNBytes(MAX_FILE_BYTES + 1);
      if (json.length > MAX_FILE_BYTES) {
        throw new ConfigurationException(
            file + ": larger than " + MAX_FILE_BYTES + " bytes, not a CNI configuration", null);
      }
      return json;
    } catch (IOException e) {
      throw new ConfigurationException(file + ": cannot be read: " + e, e);
    }
  }

  private static boolean hasExtension(Path file, String extension) {
    return file.getFileName().toString().endsWith(extension);
  }
}
