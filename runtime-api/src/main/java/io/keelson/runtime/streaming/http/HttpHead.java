package io.keelson.runtime.streaming.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What stands before the body of an HTTP/1.1 request or answer.
 *
 * @param startLine the request line or the status line
 * @param headers values in wire order, by name in lower case
 */
public record HttpHead(String startLine, Map<String, List<String>> headers) {
  private static final int SIZE_LIMIT = 16 * 1024;

  /**
   * Reads a head, up to and with the empty line after it and no byte more.
   *
   * @throws ProtocolException when it is malformed or has more than 16 KiB
   */
  public static HttpHead read(InputStream in) throws IOException {
    int budget = SIZE_LIMIT;
    String startLine = readLine(in, budget);
    budget -= startLine.length();
    Map<String, List<String>> headers = new TreeMap<>();
    while (true) {
      String line = readLine(in, budget);
      if (line.isEmpty()) {
        return new HttpHead(startLine, headers);
      }
      budget -= line.length();
      int colon = line.indexOf(':');
      if (colon <= 0) {
        throw new ProtocolException("an HTTP header has no name or no colon");
      }
      headers
          .computeIfAbsent(
              line.substring(0, colon).toLowerCase(Locale.ROOT), n -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
  }

  private static String readLine(InputStream in, int limit) throws IOException {
    StringBuilder line = new StringBuilder(80);
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the peer closed the connection within an HTTP head");
      }
      if (next == '\n') {
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r'
            ? line.substring(0, end - 1)
            : line.toString();
      }
      if (line.length() >= limit) {
        throw new ProtocolException("an HTTP head has more than " + SIZE_LIMIT + " bytes");
      }
      line.append((char) next);
    }
  }

  /** The first value of a header; empty when it is not there. */
  public String first(String name) {
    List<String> values = headers.getOrDefault(name, List.of());
    return values.isEmpty() ? "" : values.getFirst();
  }

  /** The words of a header whose lines are lists joined by commas; empty words are left out. */
  public List<String> words(String name) {
    List<String> words = new ArrayList<>();
    for (String line : headers.getOrDefault(name, List.of())) {
      for (String word : line.split(",", -1)) {
        if (!word.isBlank()) {
          words.add(word.strip());
        }
      }
    }
    return words;
  }

  /** Whether a list header has this word, in whatever case. */
  public boolean hasWord(String name, String word) {
    return words(name).stream().anyMatch(word::equalsIgnoreCase);
  }

  /**
   * Sends a head.
   *
   * @param lines the start line, then each header as it is to be written
   */
  public static void write(OutputStream out, List<String> lines) throws IOException {
    out.write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
