package io.keelson.linux.cgroup;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads and sets the small text files by which the kernel tells its figures. */
final class KernelFile {
  /** Page counters that nothing limits are shown as some number just below 2^63. */
  private static final long UNLIMITED_FROM = 1L << 62;

  private static final int CHUNK = 4096;
  private static final int SIZE_LIMIT = 256 * 1024;
  private static final String NO_LIMIT = "max";

  private KernelFile() {}

  /** The file's text, cut off at 256 KiB; empty when it cannot be read. */
  static Optional<String> read(Path file) {
    // A stream, since a channel would be closed by an interrupt of its reader.
    try (FileInputStream in = new FileInputStream(file.toString())) {
      byte[] buffer = new byte[CHUNK];
      int length = in.read(buffer);
      if (length < CHUNK) {
        return Optional.of(new String(buffer, 0, Math.max(0, length), StandardCharsets.ISO_8859_1));
      }
      byte[] rest = in.readNBytes(SIZE_LIMIT - CHUNK);
      return Optional.of(
          new String(buffer, StandardCharsets.ISO_8859_1)
              + new String(rest, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Sets a file, which the kernel takes in one piece.
   *
   * @throws IOException with its name and the reason
   */
  static void write(Path file, String text) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(file + " does not exist");
    }
    try (FileOutputStream out = new FileOutputStream(file.toString())) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new IOException("%s does not take '%s': %s".formatted(file, text, e.getMessage()), e);
    }
  }

  /** The lines of a file; none when it cannot be read. */
  static List<String> lines(Path file) {
    return read(file).map(text -> text.lines().toList()).orElse(List.of());
  }

  /** The number a file consists of. */
  static OptionalLong number(Path file) {
    return read(file).map(text -> parse(text.strip())).orElse(OptionalLong.empty());
  }

  /** The limit a file consists of; {@link MemoryLimits#UNLIMITED} for none. */
  static OptionalLong limit(Path file) {
    return read(file).map(text -> parseLimit(text.strip())).orElse(OptionalLong.empty());
  }

  private static OptionalLong parseLimit(String text) {
    if (text.equals(NO_LIMIT)) {
      return OptionalLong.of(MemoryLimits.UNLIMITED);
    }
    OptionalLong limit = parse(text);
    return limit.isPresent() && limit.getAsLong() >= UNLIMITED_FROM
        ? OptionalLong.of(MemoryLimits.UNLIMITED)
        : limit;
  }

  static OptionalLong parse(String text) {
    try {
      return OptionalLong.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * The value of a key in a text of lines {@code key value}, or -1 when it has no such line or no
   * number there.
   */
  static long keyed(String text, String key) {
    for (int at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
      int value = at + key.length() + 1;
      boolean wholeKey =
          (at == 0 || text.charAt(at - 1) == '\n')
              && value <= text.length()
              && text.charAt(value - 1) == ' ';
      if (wholeKey) {
        int end = text.indexOf('\n', value);
        return parse(end < 0 ? text.substring(value) : text.substring(value, end)).orElse(-1);
      }
    }
    return -1;
  }

  /** As {@link #keyed}, with 0 for what is not there. */
  static long keyedOrZero(String text, String key) {
    return Math.max(0, keyed(text, key));
  }
}
