package io.keelson.runtime.docker.mount;

import io.keelson.linux.FileTrees;
import io.keelson.linux.LinuxException;
import io.keelson.linux.MountFlag;
import io.keelson.linux.Mounts;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Mounts the engine cannot make, made at a place of ours for it to take over. A container that has
 * started has its own copies of them, so they are needed from its creation to its start only.
 * Thread-safe for different containers.
 */
final class MountStaging {
  private static final String EMPTY_LAYER = "empty";
  private static final String LINKS = "layers";

  private final Mounts mounts;
  private final Path directory;

  /** Mounts below {@code directory}. */
  MountStaging(Mounts mounts, Path directory) {
    this.mounts = mounts;
    this.directory = directory;
  }

  /**
   * A copy of a part of the host's tree with flags of its own.
   *
   * @param token the container's
   * @param name of this mount among the container's
   */
  Path copy(
      String token,
      String name,
      Path source,
      Set<MountFlag> flags,
      boolean flagsBelow,
      boolean followsSource) {
    Path target = directory.resolve(token).resolve(name);
    return mounted(
        target,
        () -> {
          Files.createDirectories(target.getParent());
          if (Files.isDirectory(source)) {
            Files.createDirectory(target);
          } else {
            Files.createFile(target);
          }
          mounts.copyTree(source, target, flags, flagsBelow, followsSource);
        });
  }

  /**
   * An image's layers as one tree, to be read only.
   *
   * @param token the container's
   * @param name of this mount among the container's
   * @param layers the uppermost first
   */
  Path layers(String token, String name, List<Path> layers) {
    Path target = directory.resolve(token).resolve(name);
    return mounted(
        target,
        () -> {
          Files.createDirectories(target);
          // The kernel wants two layers, and takes no more than a page of paths.
          Path links = Files.createDirectories(target.resolveSibling(name + "." + LINKS));
          List<Path> lower = new ArrayList<>();
          for (Path layer : layers) {
            lower.add(Files.createSymbolicLink(links.resolve(String.valueOf(lower.size())), layer));
          }
          lower.add(Files.createDirectory(links.resolve(EMPTY_LAYER)));
          mounts.layers(lower, target);
        });
  }

  private interface Work {
    void run() throws IOException;
  }

  private static Path mounted(Path target, Work work) {
    try {
      work.run();
    } catch (IOException | LinuxException e) {
      throw CriException.internal(
          "cannot prepare a mount at %s: %s; check that the kernel is Linux 5.12 or newer"
                  .formatted(target, e.getMessage())
              + " and that the daemon may mount",
          e);
    }
    return target;
  }

  /** Takes away what was staged for a container; fine when there is nothing. */
  void clear(String token) {
    Path folder = directory.resolve(token);
    if (!Files.exists(folder)) {
      return;
    }
    try {
      List<Path> staged;
      try (Stream<Path> entries = Files.list(folder)) {
        staged = entries.toList();
      }
      for (Path mount : staged) {
        while (mounts.isMountPoint(mount)) {
          mounts.detach(mount);
        }
      }
      FileTrees.delete(folder);
    } catch (IOException | LinuxException e) {
      throw CriException.internal(
          "cannot take away the prepared mounts in " + folder + ": " + e.getMessage(), e);
    }
  }
}
