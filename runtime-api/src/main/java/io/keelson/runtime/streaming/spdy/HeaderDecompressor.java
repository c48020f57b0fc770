package io.keelson.runtime.streaming.spdy;

import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads the header blocks of one direction of one connection, every one of them in wire order,
 * because they share a compression context. Not thread-safe.
 */
final class HeaderDecompressor implements AutoCloseable {
  private static final int SIZE_LIMIT = 64 * 1024;
  private static final int COUNT_LIMIT = 1000;

  private final Inflater inflater = new Inflater();

  /**
   * Reads one block.
   *
   * @throws ProtocolException when it is malformed, or has more than 64 KiB or 1,000 headers; the
   *     connection cannot go on then
   */
  SpdyFrame.Headers decompress(byte[] block) throws ProtocolException {
    byte[] plain = inflate(block);
    try {
      return parse(ByteBuffer.wrap(plain));
    } catch (BufferUnderflowException e) {
      throw malformed("it ends too early");
    }
  }

  private byte[] inflate(byte[] block) throws ProtocolException {
    inflater.setInput(block);
    byte[] plain = new byte[Math.min(SIZE_LIMIT, 4 * block.length + 64)];
    int count = 0;
    try {
      while (true) {
        int inflated = inflater.inflate(plain, count, plain.length - count);
        count += inflated;
        if (inflated == 0 && inflater.needsDictionary()) {
          inflater.setDictionary(SpdyDictionary.bytes());
        } else if (count == plain.length) {
          if (count == SIZE_LIMIT) {
            throw malformed("it has more than " + SIZE_LIMIT + " bytes");
          }
          plain = Arrays.copyOf(plain, Math.min(SIZE_LIMIT, 2 * count));
        } else if (inflated == 0) {
          return Arrays.copyOf(plain, count);
        }
      }
    } catch (DataFormatException | IllegalArgumentException e) {
      throw malformed("it is not compressed as SPDY/3 says: " + e.getMessage());
    }
  }

  private static SpdyFrame.Headers parse(ByteBuffer plain) throws ProtocolException {
    int headers = plain.getInt();
    if (headers < 0 || headers > COUNT_LIMIT) {
      throw malformed("it announces " + Integer.toUnsignedString(headers) + " headers");
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    for (int i = 0; i < headers; i++) {
      String name = text(plain).toLowerCase(Locale.ROOT);
      List<String> value = List.of(text(plain).split("\0", -1));
      if (name.isEmpty() || values.put(name, value) != null) {
        throw malformed("header '" + name + "' is unnamed or there twice");
      }
    }
    if (plain.hasRemaining()) {
      throw malformed(plain.remaining() + " bytes follow its last header");
    }
    return new SpdyFrame.Headers(Collections.unmodifiableMap(values));
  }

  private static String text(ByteBuffer plain) throws ProtocolException {
    int length = plain.getInt();
    if (length < 0 || length > plain.remaining()) {
      throw malformed("it ends too early");
    }
    byte[] bytes = new byte[length];
    plain.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static ProtocolException malformed(String why) {
    return new ProtocolException("the header block of a SPDY frame is malformed: " + why);
  }

  @Override
  public void close() {
    inflater.end();
  }
}
