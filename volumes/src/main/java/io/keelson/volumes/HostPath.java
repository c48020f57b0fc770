package io.keelson.volumes;

import java.nio.file.Path;

/**
 * A file or directory of the host, shown to the pod as it is.
 *
 * @param path an absolute path
 * @param type what must be there, or is made
 */
public record HostPath(Path path, Type type) implements VolumeSource {
  /** Refuses a path that depends on where this process runs. */
  public HostPath {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException("not an absolute path: " + path);
    }
  }

  /** What a {@link HostPath} must be; names as in Kubernetes' {@code HostPathType}. */
  public enum Type {
    /** Nothing is checked before the container starts. */
    UNSET(""),
    /** A directory, made with mode 0755 where nothing is. */
    DIRECTORY_OR_CREATE("DirectoryOrCreate"),
    /** A directory. */
    DIRECTORY("Directory"),
    /** A file, made empty with mode 0644 where nothing is; its directory must exist. */
    FILE_OR_CREATE("FileOrCreate"),
    /** A file. */
    FILE("File"),
    /** A unix socket. */
    SOCKET("Socket"),
    /** A character device. */
    CHAR_DEVICE("CharDevice"),
    /** A block device. */
    BLOCK_DEVICE("BlockDevice");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    /** The type's name in a manifest; empty for {@link #UNSET}. */
    public String word() {
      return word;
    }
  }
}
