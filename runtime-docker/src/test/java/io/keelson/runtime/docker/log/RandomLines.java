package io.keelson.runtime.docker.log;

import java.util.Random;

/** Random text, and its JSON form as the engine writes it. */
final class RandomLines {
  private static final String[] PIECES = {
    "a", "Z", " ", "\"", "\\", "/", "\t", "\b", "\f", "\r", "\u0001", "\u001f", "é", "ß", "€",
    "\u2028", "😀", "\u007f", "<", ">", "&", "{", "}", "[", ":", ",", "\ufffd", "log", "\\u0041"
  };

  private RandomLines() {}

  static String text(Random random, int limit) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(limit); left > 0; left--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
    }
    return text.toString();
  }

  /** A record of the json-file driver: controls, quotes and what browsers trip over are escaped. */
  static String json(String log, String stream, String time) {
    StringBuilder json = new StringBuilder("{\"log\":\"");
    for (int i = 0; i < log.length(); i++) {
      char c = log.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          boolean escaped =
              c < 0x20 || c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\ufffd';
          json.append(escaped ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
      }
    }
    return json.append("\",\"stream\":\"")
        .append(stream)
        .append("\",\"time\":\"")
        .append(time)
        .append("\"}")
        .toString();
  }
}
