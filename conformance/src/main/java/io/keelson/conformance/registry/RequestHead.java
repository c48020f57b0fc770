package io.keelson.conformance.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * What a registry needs to know of an HTTP/1.1 request without a body.
 *
 * @param method such as {@code GET}
 * @param path without the query
 */
record RequestHead(String method, String path) {
  /** Stands for the beginning of a TLS handshake. */
  static final RequestHead TLS = new RequestHead("", "");

  private static final int LIMIT = 16 * 1024;
  private static final int TLS_HANDSHAKE = 0x16;
  private static final String END = "\r\n\r\n";

  /**
   * Reads the head of a request.
   *
   * @return {@link #TLS} when the client wants to speak that, null when the connection ends
   * @throws IOException when what comes is no request, or its head has more than 16 KiB
   */
  static @Nullable RequestHead read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int last = 0;
    for (int next = in.read(); next >= 0; next = in.read()) {
      if (head.size() == 0 && next == TLS_HANDSHAKE) {
        return TLS;
      }
      head.write(next);
      last = next == END.charAt(last) ? last + 1 : next == '\r' ? 1 : 0;
      if (last == END.length()) {
        return parse(head.toString(ISO_8859_1));
      }
      if (head.size() == LIMIT) {
        throw new IOException("the head of a request has more than " + LIMIT + " bytes");
      }
    }
    return null;
  }

  private static RequestHead parse(String head) throws IOException {
    String line = head.substring(0, head.indexOf('\r'));
    String[] words = line.split(" ", -1);
    if (words.length != 3) {
      throw new IOException("this is no HTTP request: " + line);
    }
    return new RequestHead(words[0], words[1].split("\\?", 2)[0]);
  }
}
