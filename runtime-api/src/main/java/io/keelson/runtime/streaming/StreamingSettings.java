package io.keelson.runtime.streaming;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a streaming server is set up.
 *
 * @param host the name or address it listens on
 * @param port 1 to 65535, or 0 for any free one
 * @param baseUrl what the URLs it hands out begin with, where clients reach it by another way than
 *     host and port; its path is part of every URL's. Null for host and port themselves
 * @param tls null for plain HTTP
 * @param idleTimeout how long a connection may carry no data before it is dropped
 * @param creationTimeout how long a client may take to open all streams of a command or of one
 *     forwarded connection
 */
public record StreamingSettings(
    String host,
    int port,
    @Nullable URI baseUrl,
    @Nullable StreamingTls tls,
    Duration idleTimeout,
    Duration creationTimeout) {

  /** On loopback, any port, four hours idle and thirty seconds for creation, as kubelet has it. */
  public static final StreamingSettings DEFAULTS =
      new StreamingSettings(
          "127.0.0.1", 0, null, null, Duration.ofHours(4), Duration.ofSeconds(30));

  /** Checks the values. */
  public StreamingSettings {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("the streaming server has no host to listen on");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("streaming port " + port + " is not within 0 to 65535");
    }
    if (baseUrl != null && (baseUrl.getScheme() == null || baseUrl.getRawAuthority() == null)) {
      throw new IllegalArgumentException(
          "streaming base URL '" + baseUrl + "' is not one; write https://node.example:10250");
    }
  }
}
