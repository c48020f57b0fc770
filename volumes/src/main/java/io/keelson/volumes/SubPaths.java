package io.keelson.volumes;

import io.keelson.linux.LinuxException;
import io.keelson.linux.Mounts;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parts of a volume ({@code subPath} of a volume mount), pinned so that a container which swaps a
 * symbolic link in the volume at the right moment still gets nothing from outside it.
 *
 * <p>The part is bind-mounted to a place only this process can change, and the bound object is then
 * compared with the one reached from the volume's root without following any link. Thread-safe for
 * different targets.
 */
public final class SubPaths {
  private final Mounts mounts;

  /** Creates the operations on a mount table. */
  public SubPaths(Mounts mounts) {
    this.mounts = mounts;
  }

  /**
   * Pins a part of a volume, making it as a directory when it does not exist.
   *
   * @param volume where the volume is published
   * @param subPath a relative path without {@code ..} parts
   * @param target where to pin it: unused, in a directory that containers cannot write to
   * @return the target
   * @throws VolumeException when the part lies outside the volume or cannot be pinned
   */
  public Path pin(Path volume, String subPath, Path target) {
    try {
      Path relative = RelativePaths.require("subPath", subPath);
      Path root = volume.toRealPath();
      makeDirectories(root, relative, subPath);
      Path part = root.resolve(relative).toRealPath();
      requireInside(root, part, subPath);
      Object reached = keyWithoutLinks(root, root.relativize(part));
      release(target);
      Files.createDirectories(Objects.requireNonNull(target.getParent(), "target has a parent"));
      if (Files.isDirectory(part)) {
        Files.createDirectory(target);
      } else {
        Files.createFile(target);
      }
      mounts.bind(part, target);
      if (!Objects.equals(reached, keyOf(target))) {
        release(target);
        throw escape(root, subPath);
      }
      return target;
    } catch (IOException | LinuxException | IllegalArgumentException e) {
      throw new VolumeException(
          "mount '%s' of the volume at %s: %s".formatted(subPath, volume, Failures.reason(e)), e);
    }
  }

  /**
   * Lets go of a pinned part and removes its place; the volume keeps its files. Succeeds when
   * nothing is pinned.
   */
  public void release(Path target) {
    try {
      if (mounts.isMountPoint(target)) {
        mounts.detach(target);
      }
      Files.deleteIfExists(target);
    } catch (IOException | LinuxException e) {
      throw new VolumeException(
          "release the subPath mount %s: %s".formatted(target, Failures.reason(e)), e);
    }
  }

  private static void makeDirectories(Path root, Path relative, String subPath) throws IOException {
    Path present = root;
    for (Path part : relative.normalize()) {
      if (part.toString().isEmpty()) {
        continue;
      }
      Path next = present.resolve(part);
      if (Files.notExists(next, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(next);
      }
      present = next.toRealPath();
      requireInside(root, present, subPath);
    }
  }

  private static void requireInside(Path root, Path part, String subPath) {
    if (!part.startsWith(root)) {
      throw escape(root, subPath);
    }
  }

  private static VolumeException escape(Path root, String subPath) {
    return new VolumeException(
        "subPath '%s' leads out of the volume at %s by a symbolic link; point it inside"
            .formatted(subPath, root),
        null);
  }

  /** The identity of what lies below a directory, reached name by name and never by a link. */
  private static Object keyWithoutLinks(Path root, Path relative) throws IOException {
    if (relative.toString().isEmpty()) {
      return Objects.requireNonNull(keyOf(root), "Linux files have keys");
    }
    try (DirectoryStream<Path> directory = Files.newDirectoryStream(root)) {
      if (!(directory instanceof SecureDirectoryStream<Path> secure)) {
        throw new IOException("this platform cannot open directories without following links");
      }
      return keyBelow(secure, relative);
    }
  }

  private static Object keyBelow(SecureDirectoryStream<Path> directory, Path relative)
      throws IOException {
    Path first = relative.getName(0);
    if (relative.getNameCount() > 1) {
      try (SecureDirectoryStream<Path> next =
          directory.newDirectoryStream(first, LinkOption.NOFOLLOW_LINKS)) {
        return keyBelow(next, relative.subpath(1, relative.getNameCount()));
      }
    }
    BasicFileAttributeView view =
        directory.getFileAttributeView(
            first, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    if (view == null) {
      throw new IOException("this platform cannot read attributes without following links");
    }
    return Objects.requireNonNull(view.readAttributes().fileKey(), "Linux files have keys");
  }

  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }
}
