package io.keelson.runtime.streaming.spdy;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;

/** Writes frames of one connection. Not thread-safe. */
final class SpdyWriter implements AutoCloseable {
  private final HeaderCompressor headers = new HeaderCompressor();

  /** Writes any frame; a data frame's payload is for the caller to write right after. */
  void write(SpdyFrame frame, OutputStream target) throws IOException {
    DataOutputStream out = new DataOutputStream(target);
    switch (frame) {
      case SpdyFrame.SynStream(int id, boolean fin, boolean unidirectional, var fields) -> {
        byte[] block = headers.compress(fields);
        int flags = flags(fin) | (unidirectional ? SpdyWire.FLAG_UNIDIRECTIONAL : 0);
        head(out, SpdyWire.SYN_STREAM, flags, 10 + block.length);
        out.writeInt(id);
        out.writeInt(0);
        out.writeShort(0);
        out.write(block);
      }
      case SpdyFrame.SynReply(int id, boolean fin, var fields) ->
          withHeaders(out, SpdyWire.SYN_REPLY, id, fin, fields);
      case SpdyFrame.MoreHeaders(int id, boolean fin, var fields) ->
          withHeaders(out, SpdyWire.HEADERS, id, fin, fields);
      case SpdyFrame.RstStream(int id, int status) -> pair(out, SpdyWire.RST_STREAM, id, status);
      case SpdyFrame.GoAway(int id, int status) -> pair(out, SpdyWire.GOAWAY, id, status);
      case SpdyFrame.WindowUpdate(int id, int delta) ->
          pair(out, SpdyWire.WINDOW_UPDATE, id, delta);
      case SpdyFrame.Ping(int id) -> {
        head(out, SpdyWire.PING, 0, 4);
        out.writeInt(id);
      }
      case SpdyFrame.Settings(Map<Integer, Integer> values) -> {
        head(out, SpdyWire.SETTINGS, 0, 4 + 8 * values.size());
        out.writeInt(values.size());
        for (Map.Entry<Integer, Integer> setting : new TreeMap<>(values).entrySet()) {
          out.writeInt(setting.getKey());
          out.writeInt(setting.getValue());
        }
      }
      case SpdyFrame.Data(int id, boolean fin, int length) -> {
        out.writeInt(id);
        out.writeInt((flags(fin) << 24) | length);
      }
    }
  }

  private void withHeaders(
      DataOutputStream out, int type, int id, boolean fin, SpdyFrame.Headers fields)
      throws IOException {
    byte[] block = headers.compress(fields);
    head(out, type, flags(fin), 4 + block.length);
    out.writeInt(id);
    out.write(block);
  }

  private static void pair(DataOutputStream out, int type, int first, int second)
      throws IOException {
    head(out, type, 0, 8);
    out.writeInt(first);
    out.writeInt(second);
  }

  private static void head(DataOutputStream out, int type, int flags, int length)
      throws IOException {
    out.writeInt((1 << 31) | (SpdyWire.VERSION << 16) | type);
    out.writeInt((flags << 24) | length);
  }

  private static int flags(boolean fin) {
    return fin ? SpdyWire.FLAG_FIN : 0;
  }

  /** Frees the compression context. */
  @Override
  public void close() {
    headers.close();
  }
}
