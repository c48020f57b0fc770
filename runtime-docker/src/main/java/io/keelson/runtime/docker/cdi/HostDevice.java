package io.keelson.runtime.docker.cdi;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of the host that may be a device node. The engine copies such nodes as they are, so what a
 * spec says of one must be what the host's is like.
 *
 * @param file the file
 * @param mode its type and permissions
 * @param number its device number
 * @param uid its owner
 * @param gid its group
 */
record HostDevice(Path file, int mode, long number, int uid, int gid) {
  private static final int TYPE_BITS = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;
  private static final int MODE_BITS = 07777;

  /**
   * Looks at a file, through links.
   *
   * @throws IOException when there is none
   */
  static HostDevice at(Path file) throws IOException {
    return new HostDevice(
        file,
        (int) Files.getAttribute(file, "unix:mode"),
        (long) Files.getAttribute(file, "unix:rdev"),
        (int) Files.getAttribute(file, "unix:uid"),
        (int) Files.getAttribute(file, "unix:gid"));
  }

  boolean isDevice() {
    int type = mode & TYPE_BITS;
    return type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
  }

  /** What one of a spec's {@code deviceNodes} has otherwise; empty for nothing. */
  String differenceOf(JsonNode node) {
    String own = (mode & TYPE_BITS) == BLOCK_DEVICE ? "b" : "c";
    // "u" is another word for a character device.
    String type = node.path("type").asText(own).replace('u', 'c');
    if (!type.equals(own)) {
      return "type " + type;
    }
    if (differs(node.path("major"), (number >> 32 & ~0xfff) | (number >> 8 & 0xfff))
        || differs(node.path("minor"), (number >> 12 & ~0xff) | (number & 0xff))) {
      return "a number other than that of " + file;
    }
    if (differs(node.path("fileMode"), mode & MODE_BITS)) {
      return "fileMode other than that of " + file;
    }
    if (differs(node.path("uid"), uid) || differs(node.path("gid"), gid)) {
      return "an owner other than that of " + file;
    }
    return "";
  }

  private static boolean differs(JsonNode value, long own) {
    return !value.isMissingNode() && !value.isNull() && value.asLong() != own;
  }
}
