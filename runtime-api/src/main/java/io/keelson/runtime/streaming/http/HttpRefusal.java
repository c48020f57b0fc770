package io.keelson.runtime.streaming.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Why a request is not upgraded, as its sender is told. */
public final class HttpRefusal extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient List<String> headers;

  /**
   * Creates a refusal.
   *
   * @param status the HTTP status
   * @param message one line for a person, sent as the body
   * @param headers further header lines
   */
  public HttpRefusal(int status, String message, List<String> headers) {
    super(message);
    this.status = status;
    this.headers = List.copyOf(headers);
  }

  /** As {@link #HttpRefusal(int, String, List)} without headers. */
  public HttpRefusal(int status, String message) {
    this(status, message, List.of());
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** Sends it as an answer after which the connection is closed. */
  public void write(OutputStream out) throws IOException {
    byte[] body = (getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
    List<String> lines = new ArrayList<>();
    lines.add("HTTP/1.1 " + status + " " + reason());
    lines.add("Content-Type: text/plain; charset=utf-8");
    lines.add("Content-Length: " + body.length);
    lines.add("Connection: close");
    lines.addAll(headers);
    HttpHead.write(out, lines);
    out.write(body);
    out.flush();
  }

  private String reason() {
    return switch (status) {
      case 400 -> "Bad Request";
      case 403 -> "Forbidden";
      case 404 -> "Not Found";
      case 405 -> "Method Not Allowed";
      case 426 -> "Upgrade Required";
      case 503 -> "Service Unavailable";
      default -> "Refused";
    };
  }
}
