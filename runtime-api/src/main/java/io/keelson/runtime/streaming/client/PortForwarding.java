package io.keelson.runtime.streaming.client;

import io.keelson.runtime.streaming.StreamTypes;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.spdy.SpdyConnection;
import io.keelson.runtime.streaming.spdy.SpdyStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection to a streaming server that carries many connections to ports of a pod. */
public final class PortForwarding implements Closeable {
  private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);
  private static final int ERROR_LIMIT = 4096;

  private final SpdyConnection connection;
  private final AtomicInteger nextRequestId = new AtomicInteger();

  PortForwarding(Duplex transport) {
    connection = SpdyConnection.client(transport);
    Thread.ofVirtual().name("port-forward-client").start(connection::run);
  }

  /** A connection to a port. One thread may read while another writes. */
  public static final class Forwarded implements Closeable {
    private final SpdyStream error;
    private final SpdyStream data;

    private Forwarded(SpdyStream error, SpdyStream data) {
      this.error = error;
      this.data = data;
    }

    /** What the pod sends. */
    public InputStream input() {
      return data.input();
    }

    /** What the pod receives; closing it ends this direction only. */
    public OutputStream output() {
      return data.output();
    }

    /** Waits until the connection has ended on the server; empty when it ended well. */
    public String awaitError() throws IOException {
      return new String(error.input().readNBytes(ERROR_LIMIT), StandardCharsets.UTF_8);
    }

    /** Drops it; others go on. */
    @Override
    public void close() {
      data.reset();
      error.reset();
    }
  }

  /**
   * Opens a connection to a port. That nothing listens there shows later, by {@link
   * Forwarded#awaitError}.
   *
   * @param port 1 to 65535
   */
  public Forwarded open(int port) throws IOException, InterruptedException {
    String requestId = Integer.toString(nextRequestId.getAndIncrement());
    SpdyStream error = open(StreamTypes.ERROR, port, requestId);
    error.output().close();
    return new Forwarded(error, open(StreamTypes.DATA, port, requestId));
  }

  private SpdyStream open(String type, int port, String requestId)
      throws IOException, InterruptedException {
    Map<String, String> headers =
        Map.of(
            StreamTypes.HEADER,
            type,
            StreamTypes.PORT,
            Integer.toString(port),
            StreamTypes.REQUEST_ID,
            requestId);
    // A connection that was reset must not look like one that has ended.
    SpdyStream stream =
        type.equals(StreamTypes.DATA)
            ? connection.open(headers)
            : connection.openUntilCancelled(headers);
    stream.awaitReply(REPLY_LIMIT);
    return stream;
  }

  /** Drops the connection and all it carries. */
  @Override
  public void close() {
    connection.terminate(new IOException("the client has closed the connection"));
  }
}
