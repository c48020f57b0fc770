package io.keelson.runtime.streaming;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads terminal sizes, written one after the other as JSON objects. Not thread-safe. */
final class TerminalSizes {
  private static final int DOCUMENT_LIMIT = 1024;
  private static final int SIZE_LIMIT = 65535;

  private final InputStream in;

  /** A terminal's size in characters. */
  record Size(int width, int height) {}

  TerminalSizes(InputStream in) {
    this.in = in;
  }

  /**
   * Waits for the next size; null at the end.
   *
   * @throws ProtocolException when what comes is none
   */
  @Nullable Size next() throws IOException {
    ByteArrayOutputStream document = new ByteArrayOutputStream(40);
    // The objects are flat and hold numbers only, so the first brace that closes ends them.
    for (int next = in.read(); next >= 0; next = in.read()) {
      document.write(next);
      if (next == '}') {
        return parse(document.toString(StandardCharsets.UTF_8));
      }
      if (document.size() > DOCUMENT_LIMIT) {
        throw new ProtocolException("a terminal size has more than " + DOCUMENT_LIMIT + " bytes");
      }
    }
    return null;
  }

  private static Size parse(String json) throws ProtocolException {
    Struct.Builder size = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json, size);
    } catch (InvalidProtocolBufferException e) {
      throw new ProtocolException("a terminal size is not JSON: " + e.getMessage());
    }
    return new Size(number(size.getFieldsMap(), "Width"), number(size.getFieldsMap(), "Height"));
  }

  private static int number(Map<String, Value> fields, String name) throws ProtocolException {
    double number = fields.getOrDefault(name, Value.getDefaultInstance()).getNumberValue();
    if (!(number >= 0 && number <= SIZE_LIMIT)) {
      throw new ProtocolException("a terminal has a " + name + " of " + number);
    }
    return (int) number;
  }
}
