package io.keelson.runtime.streaming.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The opening handshake of WebSocket (RFC 6455, section 4). */
public final class WebSocketUpgrade {
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final String VERSION = "13";
  private static final int KEY_SIZE = 16;

  private WebSocketUpgrade() {}

  /** Whether a request asks for it. */
  public static boolean isAskedBy(HttpHead request) {
    return request.hasWord("connection", "upgrade") && request.hasWord("upgrade", "websocket");
  }

  /**
   * The client's first choice among the subprotocols the server speaks.
   *
   * @return empty when the client offers none
   * @throws HttpRefusal when none of its offers is spoken, or it speaks no WebSocket this side does
   */
  public static String choose(HttpHead request, List<String> spoken) throws HttpRefusal {
    if (!request.first("sec-websocket-version").equals(VERSION)) {
      throw new HttpRefusal(
          426,
          "only version 13 of WebSocket is spoken here",
          List.of("Sec-WebSocket-Version: " + VERSION));
    }
    if (request.first("sec-websocket-key").isEmpty()) {
      throw new HttpRefusal(400, "the header Sec-WebSocket-Key is missing");
    }
    List<String> offered = request.words("sec-websocket-protocol");
    for (String offer : offered) {
      if (spoken.contains(offer)) {
        return offer;
      }
    }
    if (offered.isEmpty()) {
      return "";
    }
    throw new HttpRefusal(
        403,
        "none of the subprotocols %s is spoken here; %s are"
            .formatted(String.join(", ", offered), String.join(", ", spoken)));
  }

  /**
   * The head of the answer that upgrades.
   *
   * @param chosen the subprotocol; empty for none
   */
  public static List<String> answer(HttpHead request, String chosen) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "HTTP/1.1 101 Switching Protocols",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Accept: " + accept(request.first("sec-websocket-key"))));
    if (!chosen.isEmpty()) {
      lines.add("Sec-WebSocket-Protocol: " + chosen);
    }
    return lines;
  }

  /** A key for a request: any nonce will do. */
  public static String newKey() {
    byte[] key = new byte[KEY_SIZE];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  /** The head of a request for it, best subprotocol first. */
  public static List<String> request(String path, String host, String key, List<String> offers) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "GET " + path + " HTTP/1.1",
                "Host: " + host,
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Version: " + VERSION,
                "Sec-WebSocket-Key: " + key));
    if (!offers.isEmpty()) {
      lines.add("Sec-WebSocket-Protocol: " + String.join(", ", offers));
    }
    return lines;
  }

  /** Whether an answer completes the handshake that began with this key. */
  public static boolean isAnswered(HttpHead answer, String key) {
    return answer.hasWord("upgrade", "websocket")
        && answer.first("sec-websocket-accept").equals(accept(key));
  }

  private static String accept(String key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-1", e);
    }
  }
}
