package io.keelson.runtime.docker.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;

/** The body of an HTTP answer: of a given length, in chunks, or up to the end of the connection. */
final class ResponseBody extends InputStream {
  private static final int CHUNK_LINE_LIMIT = 1024;
  private static final int SKIP_ROUNDS = 16;

  private enum Framing {
    LENGTH,
    CHUNKS,
    UNTIL_CLOSE
  }

  private final EngineConnection connection;
  private final Framing framing;
  private long left;
  private boolean complete;

  ResponseBody(EngineConnection connection, EngineConnection.Head head) throws IOException {
    this.connection = connection;
    String length = head.headers().get("content-length");
    if (!head.hasBody()) {
      framing = Framing.LENGTH;
      complete = true;
    } else if ("chunked".equalsIgnoreCase(head.headers().get("transfer-encoding"))) {
      framing = Framing.CHUNKS;
    } else if (length != null) {
      framing = Framing.LENGTH;
      left = number(length, 10);
      complete = left == 0;
    } else {
      framing = Framing.UNTIL_CLOSE;
    }
  }

  /** True when the connection stands at the end of this answer and can take the next request. */
  boolean isConnectionReusable() {
    return complete && framing != Framing.UNTIL_CLOSE;
  }

  /**
   * Skips what its reader left of the answer, usually only the mark of its end, as far as it has
   * arrived already; never waits.
   */
  void skipArrivedRest() throws IOException {
    if (complete || framing == Framing.UNTIL_CLOSE) {
      return;
    }
    connection.setBlocking(false);
    byte[] dropped = new byte[1024];
    for (int round = 0; round < SKIP_ROUNDS && !complete; round++) {
      read(dropped, 0, dropped.length);
    }
    connection.setBlocking(true);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!complete && framing == Framing.CHUNKS && left == 0) {
      startChunk();
    }
    if (complete) {
      return -1;
    }
    int wanted = framing == Framing.UNTIL_CLOSE ? length : (int) Math.min(length, left);
    int count = connection.read(target, offset, wanted);
    if (count < 0) {
      if (framing != Framing.UNTIL_CLOSE) {
        throw new EOFException("the engine closed the connection within its answer");
      }
      complete = true;
      return -1;
    }
    if (framing != Framing.UNTIL_CLOSE) {
      consumed(count);
    }
    return count;
  }

  private void consumed(int count) throws IOException {
    left -= count;
    if (left > 0) {
      return;
    }
    if (framing == Framing.LENGTH) {
      complete = true;
    } else {
      expectEmptyLine();
    }
  }

  private void startChunk() throws IOException {
    String size = connection.readLine(CHUNK_LINE_LIMIT);
    int extension = size.indexOf(';');
    left = number(extension < 0 ? size : size.substring(0, extension), 16);
    if (left == 0) {
      expectEmptyLine();
      complete = true;
    }
  }

  private void expectEmptyLine() throws IOException {
    String line = connection.readLine(CHUNK_LINE_LIMIT);
    if (!line.isEmpty()) {
      throw new ProtocolException("unexpected '" + line + "' after a chunk");
    }
  }

  private static long number(String text, int radix) throws IOException {
    try {
      return Long.parseUnsignedLong(text.strip(), radix);
    } catch (NumberFormatException e) {
      throw new ProtocolException("'" + text + "' is not the length of an answer");
    }
  }
}
