package io.keelson.runtime.streaming.client;

import io.keelson.runtime.streaming.StreamProtocols;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.StreamTypes;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.spdy.SpdyConnection;
import io.keelson.runtime.streaming.spdy.SpdyStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A command over SPDY, one stream for each of its own. */
final class SpdyProcess implements RemoteProcess {
  private static final Duration REPLY_LIMIT = Duration.ofSeconds(30);

  private final SpdyConnection connection;
  private final boolean statusDocument;
  private final Map<String, SpdyStream> streams = new HashMap<>();

  private SpdyProcess(SpdyConnection connection, boolean statusDocument) {
    this.connection = connection;
    this.statusDocument = statusDocument;
  }

  static SpdyProcess open(Duplex transport, String protocol, StreamSelection selection)
      throws IOException, InterruptedException {
    SpdyConnection connection = SpdyConnection.client(transport);
    Thread.ofVirtual().name("spdy-client").start(connection::run);
    SpdyProcess process = new SpdyProcess(connection, StreamProtocols.hasStatusDocument(protocol));
    boolean opened = false;
    try {
      process.open(true, StreamTypes.ERROR);
      process.open(selection.stdin(), StreamTypes.STDIN);
      process.open(selection.stdout(), StreamTypes.STDOUT);
      process.open(selection.stderr(), StreamTypes.STDERR);
      process.open(selection.tty() && StreamProtocols.hasResize(protocol), StreamTypes.RESIZE);
      opened = true;
      return process;
    } finally {
      if (!opened) {
        process.close();
      }
    }
  }

  private void open(boolean wanted, String type) throws IOException, InterruptedException {
    if (wanted) {
      SpdyStream stream = connection.openUntilCancelled(Map.of(StreamTypes.HEADER, type));
      stream.awaitReply(REPLY_LIMIT);
      streams.put(type, stream);
    }
  }

  @Override
  public OutputStream stdin() {
    SpdyStream stream = streams.get(StreamTypes.STDIN);
    return stream == null ? OutputStream.nullOutputStream() : stream.output();
  }

  @Override
  public InputStream stdout() {
    return input(StreamTypes.STDOUT);
  }

  @Override
  public InputStream stderr() {
    return input(StreamTypes.STDERR);
  }

  private InputStream input(String type) {
    SpdyStream stream = streams.get(type);
    return stream == null ? InputStream.nullInputStream() : stream.input();
  }

  @Override
  public void resize(int width, int height) throws IOException {
    SpdyStream stream = streams.get(StreamTypes.RESIZE);
    if (stream == null) {
      throw new IOException("there is no terminal to resize");
    }
    stream.output().write(size(width, height));
  }

  static byte[] size(int width, int height) {
    return "{\"Width\":%d,\"Height\":%d}\n"
        .formatted(width, height)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int awaitExit() throws IOException {
    return ExitStatus.read(input(StreamTypes.ERROR), statusDocument);
  }

  @Override
  public void close() {
    connection.terminate(new IOException("the client has closed the connection"));
  }
}
