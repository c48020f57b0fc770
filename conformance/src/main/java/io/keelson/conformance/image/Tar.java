package io.keelson.conformance.image;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** A POSIX ustar archive in the making, in memory. Not thread-safe. */
final class Tar {
  private static final int BLOCK = 512;
  private static final int NAME_BYTES = 100;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /**
   * Adds a file that belongs to root.
   *
   * @param name of ASCII characters, at most 100
   * @param mode its permissions
   */
  Tar add(String name, int mode, byte[] content) {
    if (name.length() > NAME_BYTES) {
      throw new IllegalArgumentException("'" + name + "' is too long for a ustar archive");
    }
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "%07o\0".formatted(mode));
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, "%011o ".formatted(content.length));
    put(header, 136, "%011o ".formatted(0));
    put(header, 148, "        ");
    put(header, 156, "0");
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte value : header) {
      sum += Byte.toUnsignedInt(value);
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[Math.floorMod(-content.length, BLOCK)]);
    return this;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** The whole archive. */
  byte[] bytes() {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(out.toByteArray());
    whole.writeBytes(new byte[2 * BLOCK]);
    return whole.toByteArray();
  }
}
