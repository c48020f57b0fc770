package io.keelson.runtime.docker.engine;

import io.keelson.runtime.transport.Endpoint;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/1.1 connection to an engine: one exchange at a time, or, after an upgrade, a plain byte
 * stream. For one thread at a time, but {@link #close} may come from any. Blocking calls end with
 * {@link java.nio.channels.ClosedByInterruptException} when their thread is interrupted.
 */
final class EngineConnection implements Closeable {
  private static final int HEAD_LIMIT = 64 * 1024;
  private static final int BUFFER_SIZE = 16 * 1024;

  private final SocketChannel channel;
  private final ByteBuffer input = ByteBuffer.allocate(BUFFER_SIZE).flip();

  /**
   * The start of an answer.
   *
   * @param headers names in lower case
   */
  record Head(int status, Map<String, String> headers) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }

    boolean hasBody() {
      return status >= 200 && status != 204 && status != 304;
    }

    boolean keepsConnection() {
      return !"close".equalsIgnoreCase(headers.get("connection"));
    }
  }

  private EngineConnection(SocketChannel channel) {
    this.channel = channel;
  }

  static EngineConnection open(Endpoint endpoint) throws IOException {
    return new EngineConnection(
        switch (endpoint) {
          case Endpoint.Unix unix -> SocketChannel.open(UnixDomainSocketAddress.of(unix.path()));
          case Endpoint.Tcp tcp ->
              SocketChannel.open(new InetSocketAddress(tcp.host(), tcp.port()));
        });
  }

  /** Whether an idle connection is still good: the engine has neither closed it nor sent a byte. */
  boolean isIdle() {
    try {
      if (input.hasRemaining()) {
        return false;
      }
      channel.configureBlocking(false);
      int read = channel.read(input.clear());
      input.flip();
      channel.configureBlocking(true);
      return read == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Makes reads take only what has arrived already: what has not yet looks like the end of the
   * connection, or waits again.
   */
  void setBlocking(boolean blocking) throws IOException {
    channel.configureBlocking(blocking);
  }

  /** Sends a request without a body, or with one that is in memory. */
  void send(String method, String path, Map<String, String> headers, byte @Nullable [] body)
      throws IOException {
    StringBuilder head = head(method, path, headers);
    if (body != null || !method.equals("GET")) {
      head.append("Content-Length: ").append(body == null ? 0 : body.length).append("\r\n");
    }
    writeFully(ByteBuffer.wrap(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8)));
    if (body != null) {
      writeFully(ByteBuffer.wrap(body));
    }
  }

  /** Sends a request with a body of unknown length. */
  void send(String method, String path, Map<String, String> headers, InputStream body)
      throws IOException {
    StringBuilder head = head(method, path, headers).append("Transfer-Encoding: chunked\r\n\r\n");
    writeFully(ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.UTF_8)));
    byte[] chunk = new byte[4 * BUFFER_SIZE];
    for (int length = body.read(chunk); length >= 0; length = body.read(chunk)) {
      if (length > 0) {
        writeFully(ascii(Integer.toHexString(length) + "\r\n"));
        writeFully(ByteBuffer.wrap(chunk, 0, length));
        writeFully(ascii("\r\n"));
      }
    }
    writeFully(ascii("0\r\n\r\n"));
  }

  private static StringBuilder head(String method, String path, Map<String, String> headers) {
    StringBuilder head = new StringBuilder(256);
    head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: docker\r\n");
    headers.forEach((name, value) -> appendHeader(head, name, value));
    return head;
  }

  private static void appendHeader(StringBuilder head, String name, String value) {
    if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
      throw new IllegalArgumentException("line break in the value of header " + name);
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  /** Reads the head of the answer, skipping interim ones such as {@code 100 Continue}. */
  Head readHead() throws IOException {
    while (true) {
      int budget = HEAD_LIMIT;
      String statusLine = readLine(budget);
      String[] parts = statusLine.split(" ", 3);
      if (!statusLine.startsWith("HTTP/1.") || parts.length < 2) {
        throw new ProtocolException("'" + statusLine + "' is not the start of an HTTP answer");
      }
      budget -= statusLine.length();
      Map<String, String> headers = new TreeMap<>();
      String line = readLine(budget);
      while (!line.isEmpty()) {
        budget -= line.length();
        int colon = line.indexOf(':');
        if (colon > 0) {
          headers.put(
              line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        line = readLine(budget);
      }
      int status = Integer.parseInt(parts[1]);
      if (status >= 200 || status == 101) {
        return new Head(status, headers);
      }
    }
  }

  /** The next line without its CR LF. */
  String readLine(int limit) throws IOException {
    StringBuilder line = new StringBuilder(80);
    while (true) {
      int next = readByte();
      if (next < 0) {
        throw new EOFException("the engine closed the connection before its answer was complete");
      }
      if (next == '\n') {
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r'
            ? line.substring(0, end - 1)
            : line.toString();
      }
      if (line.length() >= limit) {
        throw new ProtocolException("the engine's answer has a head of more than 64 KiB");
      }
      line.append((char) next);
    }
  }

  private int readByte() throws IOException {
    return fill() ? input.get() & 0xff : -1;
  }

  /** Reads some bytes; -1 at the end of the connection. */
  int read(byte[] target, int offset, int length) throws IOException {
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, input.remaining());
    input.get(target, offset, count);
    return count;
  }

  private boolean fill() throws IOException {
    if (input.hasRemaining()) {
      return true;
    }
    input.clear();
    int read = channel.read(input);
    input.flip();
    return read > 0;
  }

  void writeFully(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Tells the engine that nothing more will be written; reading goes on. */
  void shutdownOutput() throws IOException {
    channel.shutdownOutput();
  }

  private static ByteBuffer ascii(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
