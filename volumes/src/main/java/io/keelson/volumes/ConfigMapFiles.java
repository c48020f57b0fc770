package io.keelson.volumes;

import java.util.Map;
import java.util.TreeMap;

/**
 * Files with given contents: what a {@code configMap} volume shows.
 *
 * @param files contents by relative path, such as {@code app.conf} or {@code conf.d/a}
 */
public record ConfigMapFiles(Map<String, File> files) implements VolumeSource {
  /** The most all files of one volume may hold together, in bytes, as for a ConfigMap object. */
  public static final int SIZE_LIMIT = 1024 * 1024;

  /** Keeps an unchangeable copy, and refuses paths that lead out of the volume and a giant. */
  public ConfigMapFiles {
    files = Map.copyOf(new TreeMap<>(files));
    files.keySet().forEach(path -> RelativePaths.require("path", path));
    long size = files.values().stream().mapToLong(file -> file.content().length).sum();
    if (size > SIZE_LIMIT) {
      throw new IllegalArgumentException(
          "the files hold %d bytes, the limit is %d".formatted(size, SIZE_LIMIT));
    }
    for (String path : files.keySet()) {
      if (path.startsWith("..")) {
        throw new IllegalArgumentException(
            "path '" + path + "' begins with '..', which the volume keeps for itself");
      }
    }
  }

  /**
   * One file.
   *
   * @param content its bytes; not to be changed
   * @param mode its permission bits, 0 to 0777
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere, and a copy of 1 MiB buys nothing
  public record File(byte[] content, int mode) {
    /** Refuses set-id bits. */
    public File {
      if (mode < 0 || mode > 0777) {
        throw new IllegalArgumentException("mode %o is not within 0 to 0777".formatted(mode));
      }
    }
  }
}
