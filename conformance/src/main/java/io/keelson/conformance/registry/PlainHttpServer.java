package io.keelson.conformance.registry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Answers GET and HEAD over HTTP/1.1 without TLS on 127.0.0.1, one request on a connection. Whoever
 * begins with anything but HTTP is told at once that this is HTTP: runtimes try TLS first, and the
 * JDK's server would let them wait for the end of a request that never comes.
 */
final class PlainHttpServer implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int HEAD_LIMIT = 64 * 1024;
  private static final int READ_LIMIT_MILLIS = 30_000;

  private final ServerSocket socket;
  private final Handler handler;

  /**
   * What was asked.
   *
   * @param method such as {@code GET}
   * @param target path and query
   * @param headers by their names in lower case
   */
  record Request(String method, URI target, Map<String, String> headers) {
    boolean isHead() {
      return method.equals("HEAD");
    }
  }

  /** Gives answers; called by many threads at once. */
  @FunctionalInterface
  interface Handler {
    /** Answers a request; what it throws breaks the connection off. */
    void answer(Request request, Reply reply) throws IOException;
  }

  /** An answer in the making. */
  static final class Reply {
    private final OutputStream out;

    private Reply(OutputStream out) {
      this.out = out;
    }

    /**
     * Sends the head of the answer.
     *
     * @param length of the body, which is to be written to what this returns
     */
    OutputStream begin(int status, Map<String, String> headers, long length) throws IOException {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " -\r\n");
      headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
      head.append("Content-Length: ").append(length).append("\r\nConnection: close\r\n\r\n");
      out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return out;
    }
  }

  private PlainHttpServer(ServerSocket socket, Handler handler) {
    this.socket = socket;
    this.handler = handler;
  }

  /** Starts on a free port. */
  static PlainHttpServer start(Handler handler) throws IOException {
    ServerSocket socket = new ServerSocket(0, BACKLOG, InetAddress.ofLiteral("127.0.0.1"));
    PlainHttpServer server = new PlainHttpServer(socket, handler);
    Thread.ofVirtual().name("registry").start(server::accept);
    return server;
  }

  int port() {
    return socket.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        Thread.ofVirtual().name("registry-connection").start(() -> serve(connection));
      }
    } catch (IOException closed) {
      return;
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      connection.setSoTimeout(READ_LIMIT_MILLIS);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      List<String> head = head(in);
      String[] first = head.isEmpty() ? new String[0] : head.getFirst().split(" ", 3);
      Reply reply = new Reply(connection.getOutputStream());
      if (first.length != 3) {
        reply.begin(400, Map.of(), 0).flush();
      } else {
        Map<String, String> headers = new HashMap<>();
        for (String line : head.subList(1, head.size())) {
          int colon = line.indexOf(':');
          if (colon > 0) {
            headers.put(
                line.substring(0, colon).toLowerCase(Locale.ROOT),
                line.substring(colon + 1).strip());
          }
        }
        handler.answer(new Request(first[0], URI.create(first[1]), headers), reply);
      }
      connection.shutdownOutput();
      // A close with something left to read resets the connection, and the answer is lost.
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException | IllegalArgumentException e) {
      // The caller went away, sent nonsense, or is to see a broken connection.
      return;
    }
  }

  /** The lines of the head of a request; empty when it is none. */
  private static List<String> head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      boolean method = !head.isEmpty() || (next >= 'A' && next <= 'Z');
      if (next < 0 || !method || head.length() == HEAD_LIMIT) {
        return List.of();
      }
      head.append((char) next);
    }
    return head.toString().strip().lines().toList();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
