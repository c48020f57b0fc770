package io.keelson.runtime.streaming.spdy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * Makes the header blocks of one direction of one connection; they share a compression context, so
 * they must go out in the order they were made; {@link #close} may come from any thread.
 */
final class HeaderCompressor implements AutoCloseable {
  private static final int CHUNK = 1024;

  private final Deflater deflater = new Deflater();
  private boolean closed;

  HeaderCompressor() {
    deflater.setDictionary(SpdyDictionary.bytes());
  }

  /**
   * Makes a block.
   *
   * @throws IOException when the compressor is closed
   */
  synchronized byte[] compress(SpdyFrame.Headers headers) throws IOException {
    if (closed) {
      throw new IOException("the connection is closed");
    }
    byte[] plain = plain(headers.values());
    deflater.setInput(plain);
    ByteArrayOutputStream block = new ByteArrayOutputStream(plain.length + 64);
    byte[] chunk = new byte[CHUNK];
    int count;
    do {
      count = deflater.deflate(chunk, 0, CHUNK, Deflater.SYNC_FLUSH);
      block.write(chunk, 0, count);
    } while (count == CHUNK);
    return block.toByteArray();
  }

  private static byte[] plain(Map<String, List<String>> headers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeInt(headers.size());
      for (Map.Entry<String, List<String>> header : headers.entrySet()) {
        write(out, header.getKey());
        write(out, String.join("\0", header.getValue()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  @Override
  public synchronized void close() {
    closed = true;
    deflater.end();
  }
}
