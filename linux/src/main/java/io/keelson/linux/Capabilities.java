package io.keelson.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process may do ({@code capabilities(7)}), as {@code /proc/<pid>/status} tells it.
 *
 * @param effective the set the kernel checks, one bit each
 * @param bounding the most that a program this process starts can gain, one bit each
 */
public record Capabilities(long effective, long bounding) {
  private static final Path OWN_STATUS = Path.of("/proc/self/status");

  /** Those this process has now. Being root says little: a container's root lacks many. */
  public static Capabilities ofThisProcess() {
    try {
      return parse(Files.readAllLines(OWN_STATUS));
    } catch (IOException e) {
      throw new UncheckedIOException("read " + OWN_STATUS, e);
    }
  }

  /** Whether the effective set holds this one. */
  public boolean has(Capability capability) {
    return (effective & capability.bit()) != 0;
  }

  /** Whether a program this process starts could be given this one. */
  public boolean canGrant(Capability capability) {
    return (bounding & capability.bit()) != 0;
  }

  static Capabilities parse(List<String> status) {
    return new Capabilities(mask(status, "CapEff:"), mask(status, "CapBnd:"));
  }

  private static long mask(List<String> status, String key) {
    for (String line : status) {
      if (line.startsWith(key)) {
        return Long.parseUnsignedLong(line.substring(key.length()).strip(), 16);
      }
    }
    throw new IllegalArgumentException("no line " + key + " in the status of a process");
  }
}
