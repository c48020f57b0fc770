package io.keelson.linux.cgroup;

import java.util.Locale;

/** What tasks can wait for. */
public enum Resource {
  /** A CPU. */
  CPU,
  /** Memory to be freed or read back. */
  MEMORY,
  /** A block device. */
  IO;

  String pressureFile() {
    return name().toLowerCase(Locale.ROOT) + ".pressure";
  }
}
