package io.keelson.runtime.streaming.spdy;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads frames of one connection. Not thread-safe. */
final class SpdyReader implements AutoCloseable {
  private static final int CONTROL_SIZE_LIMIT = 64 * 1024;

  private final DataInputStream in;
  private final HeaderDecompressor headers = new HeaderDecompressor();
  private int payloadLeft;

  SpdyReader(InputStream in) {
    this.in = new DataInputStream(in);
  }

  /**
   * The next frame, after what is left of the last data frame's payload; null at the end of the
   * connection. Frames of a type SPDY/3.1 does not know are passed over.
   *
   * @throws ProtocolException when the connection cannot go on
   */
  @Nullable SpdyFrame next() throws IOException {
    skipPayload();
    while (true) {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      int word = (first << 24) | (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int flags = in.readUnsignedByte();
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      if (word >= 0) {
        payloadLeft = length;
        return new SpdyFrame.Data(word, (flags & SpdyWire.FLAG_FIN) != 0, length);
      }
      SpdyFrame frame = control((word >>> 16) & 0x7fff, word & 0xffff, flags, length);
      if (frame != null) {
        return frame;
      }
    }
  }

  /** Reads some of the last data frame's payload; -1 after its end. */
  int readPayload(byte[] target) throws IOException {
    if (payloadLeft == 0) {
      return -1;
    }
    int count = in.read(target, 0, Math.min(payloadLeft, target.length));
    if (count < 0) {
      throw new EOFException("the connection ended within a SPDY frame");
    }
    payloadLeft -= count;
    return count;
  }

  private void skipPayload() throws IOException {
    in.skipNBytes(payloadLeft);
    payloadLeft = 0;
  }

  private @Nullable SpdyFrame control(int version, int type, int flags, int length)
      throws IOException {
    if (version != SpdyWire.VERSION) {
      throw new ProtocolException("the peer speaks SPDY version " + version + ", not 3");
    }
    if (length > CONTROL_SIZE_LIMIT) {
      throw new ProtocolException(
          "a SPDY frame of type %d has %d bytes, the limit is %d"
              .formatted(type, length, CONTROL_SIZE_LIMIT));
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended within a SPDY frame");
    }
    boolean fin = (flags & SpdyWire.FLAG_FIN) != 0;
    ByteBuffer body = ByteBuffer.wrap(bytes);
    return switch (type) {
      case SpdyWire.SYN_STREAM -> {
        require(length >= 10, type, length);
        int streamId = body.getInt() & SpdyWire.STREAM_ID_MASK;
        body.position(10);
        yield new SpdyFrame.SynStream(
            streamId,
            fin,
            (flags & SpdyWire.FLAG_UNIDIRECTIONAL) != 0,
            headers.decompress(rest(body)));
      }
      case SpdyWire.SYN_REPLY -> {
        require(length >= 4, type, length);
        yield new SpdyFrame.SynReply(
            body.getInt() & SpdyWire.STREAM_ID_MASK, fin, headers.decompress(rest(body)));
      }
      case SpdyWire.HEADERS -> {
        require(length >= 4, type, length);
        yield new SpdyFrame.MoreHeaders(
            body.getInt() & SpdyWire.STREAM_ID_MASK, fin, headers.decompress(rest(body)));
      }
      case SpdyWire.RST_STREAM -> {
        require(length == 8, type, length);
        yield new SpdyFrame.RstStream(body.getInt() & SpdyWire.STREAM_ID_MASK, body.getInt());
      }
      case SpdyWire.SETTINGS -> settings(body, length);
      case SpdyWire.PING -> {
        require(length == 4, type, length);
        yield new SpdyFrame.Ping(body.getInt());
      }
      case SpdyWire.GOAWAY -> {
        require(length == 8, type, length);
        yield new SpdyFrame.GoAway(body.getInt() & SpdyWire.STREAM_ID_MASK, body.getInt());
      }
      case SpdyWire.WINDOW_UPDATE -> {
        require(length == 8, type, length);
        yield new SpdyFrame.WindowUpdate(
            body.getInt() & SpdyWire.STREAM_ID_MASK, body.getInt() & SpdyWire.STREAM_ID_MASK);
      }
      default -> null;
    };
  }

  private static SpdyFrame settings(ByteBuffer body, int length) throws ProtocolException {
    require(length >= 4, SpdyWire.SETTINGS, length);
    int count = body.getInt();
    require(count >= 0 && length == 4 + 8L * count, SpdyWire.SETTINGS, length);
    Map<Integer, Integer> values = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int id = body.getInt() & 0xffffff;
      values.put(id, body.getInt());
    }
    return new SpdyFrame.Settings(values);
  }

  private static byte[] rest(ByteBuffer body) {
    byte[] rest = new byte[body.remaining()];
    body.get(rest);
    return rest;
  }

  private static void require(boolean holds, int type, int length) throws ProtocolException {
    if (!holds) {
      throw new ProtocolException(
          "a SPDY frame of type %d cannot have %d bytes".formatted(type, length));
    }
  }

  /** Frees the compression context; leaves the connection open. */
  @Override
  public void close() {
    headers.close();
  }
}
