package io.keelson.volumes;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Relative paths from manifests, which must stay below where they are used. */
final class RelativePaths {
  private static final int LENGTH_LIMIT = 4096;

  private RelativePaths() {}

  /**
   * The path as written.
   *
   * @param field what the path is, for the message
   * @throws IllegalArgumentException when it is empty, absolute, too long or has a {@code ..} part
   */
  static Path require(String field, String path) {
    if (path.isEmpty() || path.length() > LENGTH_LIMIT) {
      throw new IllegalArgumentException(
          "%s has %d characters; 1 to %d are allowed"
              .formatted(field, path.length(), LENGTH_LIMIT));
    }
    Path parsed;
    try {
      parsed = Path.of(path);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException(field + " is not a path: " + e.getReason(), e);
    }
    boolean climbs = false;
    for (Path part : parsed) {
      climbs |= part.toString().equals("..");
    }
    if (parsed.isAbsolute() || climbs) {
      throw new IllegalArgumentException(
          "%s '%s' must be relative and have no '..' part".formatted(field, path));
    }
    return parsed;
  }
}
