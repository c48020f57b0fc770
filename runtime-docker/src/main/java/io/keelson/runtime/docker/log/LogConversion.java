package io.keelson.runtime.docker.log;

import io.keelson.runtime.log.LogLineFormat;
import java.nio.ByteBuffer;

/**
 * Turns lines of the engine's log into lines of a CRI log. Each line is turned by itself: what
 * comes out depends on nothing but the bytes that go in, which is what lets an interrupted
 * conversion be resumed to the byte. Holds the buffers for one conversion at a time. Not
 * thread-safe.
 */
final class LogConversion {
  /**
   * The longest line of the engine's log that is read. The engine cuts output every 16 KiB, and its
   * escapes make at most six bytes of one.
   */
  static final int LINE_LIMIT = 160 * 1024;

  private static final int CONTENT_LIMIT = 64 * 1024;

  private final ByteBuffer input = ByteBuffer.allocate(LINE_LIMIT);
  private final ByteBuffer output = ByteBuffer.allocate(LINE_LIMIT + CONTENT_LIMIT);
  private final JsonLogParser parser = new JsonLogParser(CONTENT_LIMIT);
  private final LogLineFormat format = new LogLineFormat();
  private int damaged;

  /** The buffer to fill with the next bytes of the engine's log. */
  ByteBuffer input() {
    return input;
  }

  /** The lines made by {@link #convert}. */
  ByteBuffer output() {
    return output;
  }

  /** How many lines the last conversion dropped because they were no log records. */
  int damagedLines() {
    return damaged;
  }

  /**
   * Converts the whole lines in the input.
   *
   * @return how many bytes of the input they were
   */
  int convert() {
    byte[] bytes = input.flip().array();
    int end = input.limit();
    int lineStart = 0;
    damaged = 0;
    output.clear();
    for (int at = 0; at < end; at++) {
      if (bytes[at] == '\n') {
        if (!putLine(bytes, lineStart, at)) {
          break;
        }
        lineStart = at + 1;
      }
    }
    if (lineStart == 0 && end == input.capacity()) {
      // No record is that long: drop it, and what follows of it will be dropped as damaged too.
      damaged = 1;
      lineStart = end;
    }
    output.flip();
    return lineStart;
  }

  private boolean putLine(byte[] bytes, int from, int to) {
    if (output.remaining() < CONTENT_LIMIT + LogLineFormat.MAX_HEADER_BYTES + 1) {
      return false;
    }
    if (!parser.parse(bytes, from, to)) {
      damaged++;
      return true;
    }
    ByteBuffer content = parser.content();
    int length = content.limit();
    boolean whole = length > 0 && content.get(length - 1) == '\n';
    if (whole) {
      // A terminal ends lines with CR LF.
      length -= length > 1 && content.get(length - 2) == '\r' ? 2 : 1;
    }
    format.putHeader(output, parser.epochNanos(), parser.stream(), !whole);
    output.put(content.limit(length)).put((byte) '\n');
    return true;
  }
}
