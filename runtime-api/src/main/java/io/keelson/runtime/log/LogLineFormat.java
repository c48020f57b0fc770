package io.keelson.runtime.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * The text form of a log entry, for writers that keep buffers of their own. Not thread-safe: it
 * remembers the last second it formatted.
 */
public final class LogLineFormat {
  /** The longest header ("time stream tags ") this class writes, in bytes. */
  public static final int MAX_HEADER_BYTES = 64;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int EXCERPT_BYTES = 80;
  private static final DateTimeFormatter TO_THE_SECOND =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.");

  private long formattedSecond = Long.MIN_VALUE;
  private byte[] secondText = new byte[0];

  /**
   * Puts {@code "time stream tag "} into a buffer that has {@link #MAX_HEADER_BYTES} left; the
   * content and a LF are to follow.
   *
   * @param epochNanos nanoseconds since the Unix epoch
   */
  public void putHeader(ByteBuffer target, long epochNanos, LogStream stream, boolean partial) {
    long second = Math.floorDiv(epochNanos, NANOS_PER_SECOND);
    if (second != formattedSecond) {
      secondText =
          TO_THE_SECOND
              .format(LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC))
              .getBytes(US_ASCII);
      formattedSecond = second;
    }
    target.put(secondText);
    int nanos = (int) Math.floorMod(epochNanos, NANOS_PER_SECOND);
    for (int unit = 100_000_000; unit > 0; unit /= 10) {
      target.put((byte) ('0' + nanos / unit % 10));
    }
    target.put((byte) 'Z').put((byte) ' ');
    target.put(stream.wireName().getBytes(US_ASCII)).put((byte) ' ');
    target.put((byte) (partial ? 'P' : 'F')).put((byte) ' ');
  }

  static LogEntry parse(ByteString line) {
    int timeEnd = indexOfSpace(line, 0);
    int streamEnd = timeEnd < 0 ? -1 : indexOfSpace(line, timeEnd + 1);
    int tagsEnd = streamEnd < 0 ? -1 : indexOfSpace(line, streamEnd + 1);
    if (tagsEnd < 0) {
      throw malformed(line, "it has fewer than four fields");
    }
    long epochNanos = parseTime(line, line.substring(0, timeEnd).toString(ISO_8859_1));
    LogStream stream = parseStream(line, line.substring(timeEnd + 1, streamEnd));
    boolean partial = parsePartial(line, line.substring(streamEnd + 1, tagsEnd));
    return new LogEntry(epochNanos, stream, partial, line.substring(tagsEnd + 1));
  }

  private static long parseTime(ByteString line, String text) {
    try {
      return EpochNanos.of(OffsetDateTime.parse(text).toInstant());
    } catch (DateTimeException | ArithmeticException e) {
      throw malformed(line, "its first field is not a time in RFC 3339 form");
    }
  }

  private static LogStream parseStream(ByteString line, ByteString field) {
    for (LogStream stream : LogStream.values()) {
      if (field.equals(ByteString.copyFromUtf8(stream.wireName()))) {
        return stream;
      }
    }
    throw malformed(line, "its second field is neither stdout nor stderr");
  }

  private static boolean parsePartial(ByteString line, ByteString tags) {
    boolean alone = tags.size() == 1 || (tags.size() > 1 && tags.byteAt(1) == ':');
    byte tag = alone ? tags.byteAt(0) : 0;
    if (tag == 'P') {
      return true;
    }
    if (tag == 'F') {
      return false;
    }
    throw malformed(line, "its third field does not begin with the tag P or F");
  }

  private static int indexOfSpace(ByteString line, int from) {
    for (int i = from; i < line.size(); i++) {
      if (line.byteAt(i) == ' ') {
        return i;
      }
    }
    return -1;
  }

  private static LogFormatException malformed(ByteString line, String why) {
    StringBuilder excerpt = new StringBuilder();
    for (int i = 0; i < Math.min(line.size(), EXCERPT_BYTES); i++) {
      byte b = line.byteAt(i);
      excerpt.append(b >= ' ' && b < 0x7f ? (char) b : '?');
    }
    if (line.size() > EXCERPT_BYTES) {
      excerpt.append("...");
    }
    return new LogFormatException("not a CRI log line, " + why + ": \"" + excerpt + "\"");
  }
}
