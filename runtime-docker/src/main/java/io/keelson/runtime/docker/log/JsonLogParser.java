package io.keelson.runtime.docker.log;

import io.keelson.runtime.log.LogStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads lines of Docker's json-file log, such as {@code {"log":"text\n","stream":"stdout",
 * "time":"2026-01-02T03:04:05.678901234Z"}}, without making objects for what is skipped. Holds the
 * fields of the line read last. Not thread-safe; for use again and again.
 */
final class JsonLogParser {
  private static final byte[] LOG = ascii("log");
  private static final byte[] STREAM = ascii("stream");
  private static final byte[] TIME = ascii("time");
  private static final byte[] STDOUT = ascii("stdout");
  private static final byte[] STDERR = ascii("stderr");
  private static final int REPLACEMENT = 0xfffd;
  private static final int[] DAYS_BEFORE_MONTH = {
    0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
  };

  private byte[] line = new byte[0];
  private int at;
  private int end;

  private final ByteBuffer content;
  private final ByteBuffer word = ByteBuffer.allocate(64);
  private @Nullable LogStream stream;
  private long epochNanos;

  /** Thrown inside for what is not such a line; carries nothing, so it is made only once. */
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed() {
      super("malformed", null, false, false);
    }
  }

  private final Malformed malformed = new Malformed();

  /**
   * Creates a parser.
   *
   * @param contentLimit the most bytes of the field {@code log}; a longer one is malformed
   */
  JsonLogParser(int contentLimit) {
    content = ByteBuffer.allocate(contentLimit);
  }

  /**
   * Reads one line without its LF.
   *
   * @return false when it is not an object with these three fields; the others are skipped
   */
  boolean parse(byte[] source, int from, int to) {
    line = source;
    at = from;
    end = to;
    stream = null;
    content.clear();
    try {
      return object();
    } catch (Malformed e) {
      return false;
    }
  }

  /** What the container wrote, its LF included where it wrote one; valid until the next line. */
  ByteBuffer content() {
    return content;
  }

  /** The stream it wrote to. */
  LogStream stream() {
    if (stream == null) {
      throw new IllegalStateException("no line has been read");
    }
    return stream;
  }

  /** When it wrote, in nanoseconds since the Unix epoch. */
  long epochNanos() {
    return epochNanos;
  }

  private boolean object() throws Malformed {
    boolean hasLog = false;
    boolean hasTime = false;
    expect('{');
    if (peek() == '}') {
      return false;
    }
    do {
      string(word.clear());
      word.flip();
      expect(':');
      if (is(word, LOG)) {
        string(content.clear());
        content.flip();
        hasLog = true;
      } else if (is(word, STREAM)) {
        string(word.clear());
        stream = streamOf(word.flip());
      } else if (is(word, TIME)) {
        string(word.clear());
        epochNanos = time(word.flip());
        hasTime = true;
      } else {
        skipValue();
      }
    } while (accept(','));
    expect('}');
    skipBlanks();
    return hasLog && hasTime && stream != null && at == end;
  }

  private LogStream streamOf(ByteBuffer name) throws Malformed {
    if (is(name, STDOUT)) {
      return LogStream.STDOUT;
    }
    if (is(name, STDERR)) {
      return LogStream.STDERR;
    }
    throw malformed;
  }

  private static boolean is(ByteBuffer text, byte[] expected) {
    return text.equals(ByteBuffer.wrap(expected));
  }

  /** Appends a string's UTF-8 bytes to a buffer. */
  private void string(ByteBuffer target) throws Malformed {
    expect('"');
    while (true) {
      int start = at;
      while (at < end && line[at] != '"' && line[at] != '\\') {
        at++;
      }
      put(target, start, at - start);
      if (at >= end) {
        throw malformed;
      }
      if (line[at++] == '"') {
        return;
      }
      escape(target);
    }
  }

  private void put(ByteBuffer target, int start, int length) throws Malformed {
    if (target.remaining() < length) {
      throw malformed;
    }
    target.put(line, start, length);
  }

  private void escape(ByteBuffer target) throws Malformed {
    int code =
        switch (next()) {
          case '"' -> '"';
          case '\\' -> '\\';
          case '/' -> '/';
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          case 'u' -> unicode();
          default -> throw malformed;
        };
    putUtf8(target, code);
  }

  private int unicode() throws Malformed {
    int unit = hex4();
    if (Character.isHighSurrogate((char) unit)
        && at + 1 < end
        && line[at] == '\\'
        && line[at + 1] == 'u') {
      int before = at;
      at += 2;
      int low = hex4();
      if (Character.isLowSurrogate((char) low)) {
        return Character.toCodePoint((char) unit, (char) low);
      }
      at = before;
    }
    return Character.isSurrogate((char) unit) ? REPLACEMENT : unit;
  }

  private int hex4() throws Malformed {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(next(), 16);
      if (digit < 0) {
        throw malformed;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  private void putUtf8(ByteBuffer target, int code) throws Malformed {
    if (target.remaining() < 4) {
      throw malformed;
    }
    if (code < 0x80) {
      target.put((byte) code);
    } else if (code < 0x800) {
      target.put((byte) (0xc0 | code >> 6)).put((byte) (0x80 | (code & 0x3f)));
    } else if (code < 0x10000) {
      target
          .put((byte) (0xe0 | code >> 12))
          .put((byte) (0x80 | (code >> 6 & 0x3f)))
          .put((byte) (0x80 | (code & 0x3f)));
    } else {
      target
          .put((byte) (0xf0 | code >> 18))
          .put((byte) (0x80 | (code >> 12 & 0x3f)))
          .put((byte) (0x80 | (code >> 6 & 0x3f)))
          .put((byte) (0x80 | (code & 0x3f)));
    }
  }

  /** Skips a value of any kind: Docker adds objects and texts when a container asks for them. */
  private void skipValue() throws Malformed {
    int depth = 0;
    do {
      byte next = peek();
      switch (next) {
        case '"' -> skipString();
        case '{', '[' -> {
          depth++;
          at++;
        }
        case '}', ']' -> {
          depth--;
          at++;
        }
        default -> at++;
      }
    } while (depth > 0 || (peek() != ',' && peek() != '}'));
  }

  private void skipString() throws Malformed {
    at++;
    while (next() != '"') {
      if (line[at - 1] == '\\') {
        at++;
      }
    }
  }

  private byte next() throws Malformed {
    if (at >= end) {
      throw malformed;
    }
    return line[at++];
  }

  private byte peek() throws Malformed {
    skipBlanks();
    if (at >= end) {
      throw malformed;
    }
    return line[at];
  }

  private void skipBlanks() {
    while (at < end && (line[at] == ' ' || line[at] == '\t' || line[at] == '\r')) {
      at++;
    }
  }

  private void expect(char wanted) throws Malformed {
    if (peek() != wanted) {
      throw malformed;
    }
    at++;
  }

  private boolean accept(char wanted) throws Malformed {
    if (peek() != wanted) {
      return false;
    }
    at++;
    return true;
  }

  /** RFC 3339 in UTC with 0 to 9 digits of fraction, the only form Docker writes here. */
  private long time(ByteBuffer text) throws Malformed {
    if (text.remaining() < 20
        || text.get(4) != '-'
        || text.get(7) != '-'
        || text.get(10) != 'T'
        || text.get(13) != ':'
        || text.get(16) != ':'
        || text.get(text.limit() - 1) != 'Z') {
      throw malformed;
    }
    int year = digits(text, 0, 4);
    int month = digits(text, 5, 7);
    if (month < 1 || month > 12) {
      throw malformed;
    }
    int leapDay = month > 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 1 : 0;
    int years = year - 1;
    long days =
        365L * years
            + years / 4
            - years / 100
            + years / 400
            + DAYS_BEFORE_MONTH[month - 1]
            + leapDay
            + digits(text, 8, 10)
            - 1
            - 719162L;
    long seconds =
        days * 86400
            + digits(text, 11, 13) * 3600L
            + digits(text, 14, 16) * 60L
            + digits(text, 17, 19);
    long nanos = 0;
    if (text.get(19) == '.') {
      int fractionEnd = text.limit() - 1;
      int places = fractionEnd - 20;
      if (places < 1 || places > 9) {
        throw malformed;
      }
      nanos = digits(text, 20, fractionEnd);
      for (int i = places; i < 9; i++) {
        nanos *= 10;
      }
    } else if (text.limit() != 20) {
      throw malformed;
    }
    return seconds * 1_000_000_000L + nanos;
  }

  private int digits(ByteBuffer text, int from, int to) throws Malformed {
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = text.get(i) - '0';
      if (digit < 0 || digit > 9) {
        throw malformed;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
