package io.keelson.volumes;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Checks {@link HostPath} volumes; it makes only what the type says, and removes nothing. */
public final class HostPathPlugin implements VolumePlugin<HostPath> {
  private static final int FILE_KIND = 0170000;
  private static final int SOCKET = 0140000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int CHAR_DEVICE = 0020000;

  /** Creates the plugin. */
  public HostPathPlugin() {}

  @Override
  public String kind() {
    return "host-path";
  }

  @Override
  public Class<HostPath> sourceType() {
    return HostPath.class;
  }

  @Override
  public HostPathPublication publish(HostPath source, Path directory, VolumeOwnership ownership) {
    Path path = source.path();
    try {
      switch (source.type()) {
        case UNSET -> {}
        case DIRECTORY_OR_CREATE -> {
          createDirectory(path);
          require(Files.isDirectory(path), source);
        }
        case FILE_OR_CREATE -> {
          createFile(path);
          require(Files.isRegularFile(path), source);
        }
        case DIRECTORY -> require(Files.isDirectory(path), source);
        case FILE -> require(Files.isRegularFile(path), source);
        case SOCKET -> require(isKind(path, SOCKET), source);
        case CHAR_DEVICE -> require(isKind(path, CHAR_DEVICE), source);
        case BLOCK_DEVICE -> require(isKind(path, BLOCK_DEVICE), source);
      }
      return new HostPathPublication(path, false);
    } catch (IOException e) {
      throw new VolumeException("check the hostPath %s: %s".formatted(path, Failures.reason(e)), e);
    }
  }

  private static void createDirectory(Path path) throws IOException {
    if (!Files.exists(path)) {
      Files.createDirectories(path);
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private static void createFile(Path path) throws IOException {
    try {
      if (!Files.exists(path)) {
        Files.createFile(path);
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
      }
    } catch (FileAlreadyExistsException e) {
      // Somebody else made it between the question and the act, which is as good.
      return;
    }
  }

  private static boolean isKind(Path path, int kind) throws IOException {
    return Files.exists(path)
        && ((Integer) Files.getAttribute(path, "unix:mode") & FILE_KIND) == kind;
  }

  private static void require(boolean holds, HostPath source) {
    if (!holds) {
      throw new VolumeException(
          "the hostPath %s is not what its type %s says; %s"
              .formatted(
                  source.path(),
                  source.type().word(),
                  Files.exists(source.path()) ? "something else is there" : "nothing is there"),
          null);
    }
  }

  @Override
  public void unpublish(Path directory) {}
}
