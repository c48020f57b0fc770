package io.keelson.volumes;

import io.keelson.linux.FileTrees;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Publishes {@link ConfigMapFiles} so that a reader sees the old files or the new ones, never a
 * mixture:
 *
 * <pre>
 *   volume/..2931847/app.conf      the contents
 *   volume/..data -> ..2931847     swapped by one rename
 *   volume/app.conf -> ..data/app.conf
 * </pre>
 */
public final class ConfigMapPlugin implements VolumePlugin<ConfigMapFiles> {
  private static final String DATA = "..data";

  /** Creates the plugin. */
  public ConfigMapPlugin() {}

  @Override
  public String kind() {
    return "configmap";
  }

  @Override
  public Class<ConfigMapFiles> sourceType() {
    return ConfigMapFiles.class;
  }

  @Override
  public HostPathPublication publish(
      ConfigMapFiles source, Path directory, VolumeOwnership ownership) {
    try {
      Files.createDirectories(directory);
      Path data = directory.resolve(DATA);
      if (!holdsAlready(data, source.files())) {
        swap(source, directory, data, ownership.group());
      }
      link(source, directory);
      discardOld(directory, Files.readSymbolicLink(data));
      return new HostPathPublication(directory, true);
    } catch (IOException e) {
      throw new VolumeException(
          "write the configMap volume %s: %s".formatted(directory, Failures.reason(e)), e);
    }
  }

  private static boolean holdsAlready(Path data, Map<String, ConfigMapFiles.File> wanted)
      throws IOException {
    if (!Files.isDirectory(data)) {
      return false;
    }
    Path real = data.toRealPath();
    Set<String> present = new HashSet<>();
    try (var walk = Files.walk(real)) {
      walk.filter(Files::isRegularFile)
          .forEach(file -> present.add(real.relativize(file).toString()));
    }
    if (!present.equals(wanted.keySet())) {
      return false;
    }
    for (Map.Entry<String, ConfigMapFiles.File> entry : wanted.entrySet()) {
      Path file = real.resolve(entry.getKey());
      int mode = (Integer) Files.getAttribute(file, "unix:mode") & 0777;
      if (mode != entry.getValue().mode()
          || !Arrays.equals(Files.readAllBytes(file), entry.getValue().content())) {
        return false;
      }
    }
    return true;
  }

  private static void swap(ConfigMapFiles source, Path directory, Path data, OptionalLong group)
      throws IOException {
    Path fresh =
        Files.createTempDirectory(
            directory,
            "..",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (Map.Entry<String, ConfigMapFiles.File> entry : source.files().entrySet()) {
      Path file = fresh.resolve(entry.getKey());
      Path parent = file.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.write(file, entry.getValue().content());
      if (group.isPresent()) {
        Files.setAttribute(file, "unix:gid", (int) group.getAsLong());
      }
      Files.setAttribute(file, "unix:mode", entry.getValue().mode());
    }
    Path link = directory.resolve("..data_tmp");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, fresh.getFileName());
    try {
      Files.move(link, data, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("the filesystem cannot rename atomically", e);
    }
  }

  /** Makes a link for each first part of a path and takes away those that point nowhere now. */
  private static void link(ConfigMapFiles source, Path directory) throws IOException {
    Set<String> wanted = new HashSet<>();
    for (String path : source.files().keySet()) {
      wanted.add(Path.of(path).getName(0).toString());
    }
    for (String name : wanted) {
      Path link = directory.resolve(name);
      if (!Files.isSymbolicLink(link)) {
        Files.createSymbolicLink(link, Path.of(DATA, name));
      }
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith("..") && !wanted.contains(name)) {
          Files.delete(entry);
        }
      }
    }
  }

  private static void discardOld(Path directory, @Nullable Path current) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "..*")) {
      for (Path entry : entries) {
        boolean old =
            Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                && !entry.getFileName().equals(current);
        if (old) {
          FileTrees.delete(entry);
        }
      }
    }
  }

  @Override
  public void unpublish(Path directory) {
    try {
      FileTrees.delete(directory);
    } catch (IOException e) {
      throw new VolumeException(
          "remove the configMap volume %s: %s".formatted(directory, Failures.reason(e)), e);
    }
  }
}
