package io.keelson.runtime.streaming.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads how a command ended off its error stream. */
final class ExitStatus {
  private static final int DOCUMENT_LIMIT = 64 * 1024;

  private ExitStatus() {}

  /**
   * Waits for the end.
   *
   * @param document whether a {@code metav1.Status} tells it, else text on failure only
   */
  static int read(InputStream error, boolean document) throws IOException {
    String told = new String(error.readNBytes(DOCUMENT_LIMIT), StandardCharsets.UTF_8);
    if (!document) {
      if (told.isEmpty()) {
        return 0;
      }
      throw CriException.unknown(told, null);
    }
    if (told.isEmpty()) {
      throw new IOException("the server closed the connection without saying how it ended");
    }
    Map<String, Value> status = parse(told).getFieldsMap();
    if (text(status, "status").equals("Success")) {
      return 0;
    }
    Struct details = status.getOrDefault("details", Value.getDefaultInstance()).getStructValue();
    for (Value cause :
        details
            .getFieldsMap()
            .getOrDefault("causes", Value.getDefaultInstance())
            .getListValue()
            .getValuesList()) {
      Map<String, Value> fields = cause.getStructValue().getFieldsMap();
      if (text(fields, "reason").equals("ExitCode")) {
        return Integer.parseInt(text(fields, "message"));
      }
    }
    throw CriException.unknown(text(status, "message"), null);
  }

  private static String text(Map<String, Value> fields, String name) {
    return fields.getOrDefault(name, Value.getDefaultInstance()).getStringValue();
  }

  private static Struct parse(String json) throws ProtocolException {
    Struct.Builder status = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(json, status);
    } catch (InvalidProtocolBufferException e) {
      throw new ProtocolException("the server's status is not JSON: " + e.getMessage());
    }
    return status.build();
  }
}
