package io.keelson.runtime.streaming.http;

import java.util.ArrayList;
import java.util.List;

/** The upgrade of an HTTP/1.1 connection to SPDY/3.1, with Kubernetes' choice of a protocol. */
public final class SpdyUpgrade {
  private static final String PROTOCOL = "SPDY/3.1";
  private static final String OFFERS = "x-stream-protocol-version";

  private SpdyUpgrade() {}

  /** Whether a request asks for it. */
  public static boolean isAskedBy(HttpHead request) {
    return request.hasWord("connection", "upgrade") && request.hasWord("upgrade", PROTOCOL);
  }

  /**
   * The client's first choice among what the server speaks.
   *
   * @throws HttpRefusal when there is none
   */
  public static String choose(HttpHead request, List<String> spoken) throws HttpRefusal {
    List<String> offered = request.words(OFFERS);
    if (offered.isEmpty()) {
      throw new HttpRefusal(400, "the header X-Stream-Protocol-Version is missing");
    }
    for (String offer : offered) {
      if (spoken.contains(offer)) {
        return offer;
      }
    }
    throw new HttpRefusal(
        403,
        "none of the stream protocols %s is spoken here; %s are"
            .formatted(String.join(", ", offered), String.join(", ", spoken)),
        spoken.stream().map(known -> "X-Accepted-Stream-Protocol-Versions: " + known).toList());
  }

  /** The head of the answer that upgrades. */
  public static List<String> answer(String chosen) {
    return List.of(
        "HTTP/1.1 101 Switching Protocols",
        "Connection: Upgrade",
        "Upgrade: " + PROTOCOL,
        "X-Stream-Protocol-Version: " + chosen);
  }

  /** The head of a request for it, best protocol first. */
  public static List<String> request(String path, String host, List<String> offers) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "POST " + path + " HTTP/1.1",
                "Host: " + host,
                "Connection: Upgrade",
                "Upgrade: " + PROTOCOL,
                "Content-Length: 0"));
    offers.forEach(offer -> lines.add("X-Stream-Protocol-Version: " + offer));
    return lines;
  }

  /** What the server has chosen; empty when its answer does not upgrade to SPDY. */
  public static String chosen(HttpHead answer) {
    return answer.hasWord("upgrade", PROTOCOL) ? answer.first(OFFERS) : "";
  }
}
