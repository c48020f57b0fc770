package io.keelson.cni.pod;

import io.keelson.cni.ConfigurationDirectory;
import io.keelson.cni.ConfigurationException;
import io.keelson.cni.NetworkConfiguration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network pods join: the first usable configuration of the folder. The folder is listed at each
 * use, and read again when a name, size or time in it has changed. Thread-safe.
 */
final class DefaultNetwork {
  private static final Logger LOG = LoggerFactory.getLogger(DefaultNetwork.class);

  /** What {@link #find} found: a network, or why there is none. */
  sealed interface Found {}

  /** The network to use. */
  record Usable(NetworkConfiguration network) implements Found {}

  /** No configuration file at all. */
  record Nothing(String message) implements Found {}

  /** Files, and not one that can be used. */
  record Unusable(String message) implements Found {}

  private record Stamp(Path file, FileTime modified, long size, @Nullable Object fileKey) {}

  private record Reading(List<Stamp> stamps, Found found) {}

  private final ConfigurationDirectory directory;
  private volatile Reading last = new Reading(List.of(), new Nothing(""));

  DefaultNetwork(Path confDir) {
    this.directory = new ConfigurationDirectory(confDir);
  }

  Found find() {
    try {
      List<Path> files = directory.files();
      if (files.isEmpty()) {
        return new Nothing(
            "no CNI configuration in "
                + directory.path()
                + ": put a .conflist file there, or install a network add-on that does");
      }
      List<Stamp> stamps = stamps(files);
      Reading reading = last;
      if (!reading.stamps().equals(stamps)) {
        reading = new Reading(stamps, read(files));
        last = reading;
      }
      return reading.found();
    } catch (ConfigurationException e) {
      return new Unusable(String.valueOf(e.getMessage()));
    }
  }

  private Found read(List<Path> files) {
    List<String> problems = new ArrayList<>();
    for (Path file : files) {
      try {
        NetworkConfiguration network = directory.load(file);
        LOG.info("CNI: pods join network '{}' of {}", network.name(), file);
        return new Usable(network);
      } catch (ConfigurationException e) {
        LOG.warn("CNI: configuration passed over: {}", e.getMessage());
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    return new Unusable(String.join("; ", problems));
  }

  /** Drop-in directories are looked into as well: each bears the name of some network. */
  private List<Stamp> stamps(List<Path> files) {
    List<Stamp> stamps = new ArrayList<>();
    files.forEach(file -> stamp(file, stamps));
    try (Stream<Path> entries = Files.list(directory.path())) {
      List<Path> folders = entries.filter(Files::isDirectory).sorted().toList();
      for (Path folder : folders) {
        directory.dropIns(folder.getFileName().toString()).forEach(file -> stamp(file, stamps));
      }
    } catch (IOException e) {
      throw new ConfigurationException(directory.path() + ": cannot be listed: " + e, e);
    }
    return stamps;
  }

  /** A file that goes between listing and looking is simply not there. */
  private static void stamp(Path file, List<Stamp> stamps) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      stamps.add(
          new Stamp(file, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
    } catch (IOException e) {
      LOG.debug("CNI: {} is gone", file, e);
    }
  }
}
