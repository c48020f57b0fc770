package io.keelson.runtime.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keelson.runtime.streaming.StreamTypes;
import io.keelson.runtime.streaming.http.HttpHead;
import io.keelson.runtime.streaming.http.SpdyUpgrade;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.spdy.DefaultSpdyDataFrame;
import io.netty.handler.codec.spdy.DefaultSpdyRstStreamFrame;
import io.netty.handler.codec.spdy.DefaultSpdySynStreamFrame;
import io.netty.handler.codec.spdy.SpdyDataFrame;
import io.netty.handler.codec.spdy.SpdyFrameCodec;
import io.netty.handler.codec.spdy.SpdyRstStreamFrame;
import io.netty.handler.codec.spdy.SpdyVersion;
import io.netty.util.ReferenceCountUtil;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A port-forward client as Kubernetes' own: it announces no windows, so that only the connection
 * itself stops the server from sending, and it reads only when told to. Not thread-safe.
 */
final class WindowlessClient implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 4096;
  private static final int READ_LIMIT_MILLIS = 20_000;

  private final Socket socket;
  private final EmbeddedChannel frames =
      new EmbeddedChannel(new SpdyFrameCodec(SpdyVersion.SPDY_3_1));
  private final Map<Integer, String> texts = new HashMap<>();
  private final Set<Integer> ended = new HashSet<>();
  private int unread;

  private WindowlessClient(Socket socket) {
    this.socket = socket;
  }

  static WindowlessClient connect(URI url) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BUFFER);
    socket.setSoTimeout(READ_LIMIT_MILLIS);
    socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
    HttpHead.write(
        new BufferedOutputStream(socket.getOutputStream()),
        SpdyUpgrade.request(url.getPath(), url.getAuthority(), List.of("portforward.k8s.io")));
    HttpHead.read(socket.getInputStream());
    return new WindowlessClient(socket);
  }

  private void send(Object frame) throws IOException {
    frames.writeOutbound(frame);
    for (ByteBuf bytes = frames.readOutbound(); bytes != null; bytes = frames.readOutbound()) {
      bytes.readBytes(socket.getOutputStream(), bytes.readableBytes());
      bytes.release();
    }
  }

  /** Opens a forwarded connection: the error stream with this id, the data stream with the next. */
  void open(int errorStream, int port) throws IOException {
    send(stream(errorStream, StreamTypes.ERROR, port));
    send(stream(errorStream + 2, StreamTypes.DATA, port));
  }

  private static DefaultSpdySynStreamFrame stream(int id, String type, int port) {
    DefaultSpdySynStreamFrame stream = new DefaultSpdySynStreamFrame(id, 0, (byte) 0);
    stream.headers().set(StreamTypes.HEADER, type).set(StreamTypes.PORT, Integer.toString(port));
    return stream;
  }

  void reset(int stream) throws IOException {
    send(new DefaultSpdyRstStreamFrame(stream, 5));
  }

  void sendAndEnd(int stream, String text) throws IOException {
    send(new DefaultSpdyDataFrame(stream, Unpooled.copiedBuffer(text, UTF_8)).setLast(true));
  }

  /** Whether bytes lie unread, and no more of them than when this was asked the last time. */
  boolean isFullOfUnreadBytes() throws IOException {
    int before = unread;
    unread = socket.getInputStream().available();
    return unread > 0 && unread == before;
  }

  /** Reads until the server has ended a stream, and gives what it brought. */
  String readToEnd(int stream) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] chunk = new byte[RECEIVE_BUFFER];
    while (!ended.contains(stream)) {
      int read = in.read(chunk);
      if (read < 0) {
        throw new EOFException("the server closed the connection");
      }
      frames.writeInbound(Unpooled.copiedBuffer(chunk, 0, read));
      for (Object frame = frames.readInbound(); frame != null; frame = frames.readInbound()) {
        take(frame);
        ReferenceCountUtil.release(frame);
      }
    }
    return texts.getOrDefault(stream, "");
  }

  private void take(Object frame) {
    if (frame instanceof SpdyDataFrame data) {
      texts.merge(data.streamId(), data.content().toString(UTF_8), String::concat);
      if (data.isLast()) {
        ended.add(data.streamId());
      }
    } else if (frame instanceof SpdyRstStreamFrame reset) {
      ended.add(reset.streamId());
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
    frames.finishAndReleaseAll();
  }
}
