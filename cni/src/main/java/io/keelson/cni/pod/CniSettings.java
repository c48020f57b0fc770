package io.keelson.cni.pod;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where a node keeps its CNI parts.
 *
 * @param confDir network configurations, usually {@code /etc/cni/net.d}; need not exist yet
 * @param binDirs plugin programs, searched in order, usually {@code /opt/cni/bin} and {@code
 *     /usr/lib/cni}; at least one
 * @param cacheDir what is attached, kept over restarts, usually {@code /var/lib/cni}
 * @param timeout how long one plugin may run before it is killed; positive
 */
public record CniSettings(Path confDir, List<Path> binDirs, Path cacheDir, Duration timeout) {
  /** Checks the settings and keeps an unchangeable copy of the directories. */
  public CniSettings {
    binDirs = List.copyOf(binDirs);
    if (binDirs.isEmpty()) {
      throw new IllegalArgumentException("CNI settings need at least one plugin directory");
    }
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("CNI plugin timeout must be positive, was " + timeout);
    }
  }
}
