package io.keelson.runtime.transport;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where a CRI server listens: a unix socket, or a TCP port behind mutual TLS. */
public sealed interface Endpoint {

  /** The most bytes a unix socket's path may have on Linux ({@code sun_path} less its NUL). */
  int UNIX_PATH_LIMIT = 107;

  /**
   * A unix stream socket.
   *
   * @param path absolute; at most {@link #UNIX_PATH_LIMIT} bytes
   */
  record Unix(Path path) implements Endpoint {
    /** Checks the path. */
    public Unix {
      if (!path.isAbsolute()) {
        throw new IllegalArgumentException(
            "unix socket path '" + path + "' is not absolute; write unix:///run/keelson/...");
      }
      int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
      if (length > UNIX_PATH_LIMIT) {
        throw new IllegalArgumentException(
            "unix socket path '%s' has %d bytes, Linux allows %d; choose a shorter folder"
                .formatted(path, length, UNIX_PATH_LIMIT));
      }
    }

    @Override
    public String toString() {
      return "unix://" + path;
    }
  }

  /**
   * A TCP port; served and called with mutual TLS only.
   *
   * @param host name or address
   * @param port 1 to 65535, or 0 for a server that takes any free one
   */
  record Tcp(String host, int port) implements Endpoint {
    /** Checks host and port. */
    public Tcp {
      if (host.isEmpty()) {
        throw new IllegalArgumentException("tcp endpoint has no host; write tcp://127.0.0.1:3910");
      }
      if (port < 0 || port > 65535) {
        throw new IllegalArgumentException("tcp port " + port + " is not within 0 to 65535");
      }
    }

    @Override
    public String toString() {
      return "tcp://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  /**
   * Reads {@code unix:///path}, a bare absolute path, or {@code tcp://host:port}.
   *
   * @throws IllegalArgumentException with what is wrong and an example of the right form
   */
  static Endpoint parse(String text) {
    if (text.startsWith("unix://")) {
      return new Unix(Path.of(text.substring("unix://".length())));
    }
    if (text.startsWith("/")) {
      return new Unix(Path.of(text));
    }
    if (text.startsWith("tcp://")) {
      String rest = text.substring("tcp://".length());
      int colon = rest.lastIndexOf(':');
      if (colon < 0) {
        throw new IllegalArgumentException(
            "endpoint '" + text + "' has no port; write tcp://host:port");
      }
      String host = rest.substring(0, colon);
      if (host.startsWith("[") && host.endsWith("]")) {
        host = host.substring(1, host.length() - 1);
      }
      try {
        return new Tcp(host, Integer.parseInt(rest.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "endpoint '" + text + "' has no numeric port; write tcp://host:port", e);
      }
    }
    throw new IllegalArgumentException(
        "endpoint '" + text + "' is neither unix:///path nor tcp://host:port");
  }
}
