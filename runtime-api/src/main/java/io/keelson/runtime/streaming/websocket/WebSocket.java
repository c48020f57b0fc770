package io.keelson.runtime.streaming.websocket;

import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.flow.FrameSink;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket connection after its handshake: messages both ways, of any length, without
 * extensions. One thread at a time may read; sending is for any thread.
 */
public final class WebSocket {
  /** The close code of an end in order. */
  public static final int NORMAL_CLOSURE = 1000;

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int CONTROL_LIMIT = 125;
  private static final int MASK_SIZE = 4;

  private final boolean server;
  private final Duplex transport;
  private final DataInputStream in;
  private final FrameSink sink;
  private final SecureRandom random = new SecureRandom();
  private final AtomicReference<byte @Nullable []> pong = new AtomicReference<>();
  private final AtomicBoolean pinging = new AtomicBoolean();
  private final AtomicBoolean closeSent = new AtomicBoolean();
  private final byte[] mask = new byte[MASK_SIZE];
  private @Nullable Body body;
  private long frameLeft;
  private int maskAt;
  private boolean lastFrame = true;

  /**
   * A message that arrives.
   *
   * @param text whether it came as text rather than binary
   * @param body its bytes; what is not read before the next message is passed over
   */
  public record Message(boolean text, InputStream body) {}

  private WebSocket(boolean server, Duplex transport, Runnable onBroken) {
    this.server = server;
    this.transport = transport;
    this.in = new DataInputStream(transport.input());
    this.sink = new FrameSink(transport.output(), onBroken);
  }

  /**
   * The server's side.
   *
   * @param onBroken runs when something could not be sent; must not wait
   */
  public static WebSocket server(Duplex transport, Runnable onBroken) {
    return new WebSocket(true, transport, onBroken);
  }

  /** The client's side, as {@link #server}. */
  public static WebSocket client(Duplex transport, Runnable onBroken) {
    return new WebSocket(false, transport, onBroken);
  }

  /**
   * Waits for the next message; pings are answered meanwhile.
   *
   * @return null when the peer has closed in order, which is answered in kind
   * @throws IOException when the connection breaks off, or the peer breaks the protocol or closes
   *     for another reason than {@link #NORMAL_CLOSURE}
   */
  public @Nullable Message nextMessage() throws IOException {
    if (body != null) {
      body.skipAll();
      body = null;
    }
    int opcode = nextDataFrame();
    if (opcode < 0) {
      return null;
    }
    if (opcode == CONTINUATION) {
      throw new ProtocolException("a WebSocket message begins with a continuation");
    }
    Body begun = new Body();
    body = begun;
    return new Message(opcode == TEXT, begun);
  }

  /** Reads heads up to that of a data frame; -1 when the peer has closed in order. */
  private int nextDataFrame() throws IOException {
    while (true) {
      int first = in.read();
      if (first < 0) {
        throw new EOFException("the peer closed the connection");
      }
      int second = in.readUnsignedByte();
      int opcode = first & 0xf;
      if ((first & 0x70) != 0) {
        throw new ProtocolException("a WebSocket frame uses an extension nobody agreed on");
      }
      if (((second & 0x80) != 0) != server) {
        throw new ProtocolException(
            "a WebSocket " + (server ? "client must" : "server must not") + " mask its frames");
      }
      long length = second & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = in.readLong();
      }
      if (length < 0) {
        throw new ProtocolException("a WebSocket frame has more than 2^63 bytes");
      }
      if (server) {
        in.readFully(mask);
      }
      boolean fin = (first & 0x80) != 0;
      switch (opcode) {
        case CONTINUATION, TEXT, BINARY -> {
          if (lastFrame == (opcode == CONTINUATION)) {
            throw new ProtocolException("WebSocket messages are interleaved");
          }
          lastFrame = fin;
          frameLeft = length;
          maskAt = 0;
          return opcode;
        }
        case CLOSE, PING, PONG -> {
          if (!fin || length > CONTROL_LIMIT) {
            throw new ProtocolException("a WebSocket control frame is too long or in pieces");
          }
          byte[] payload = new byte[(int) length];
          in.readFully(payload);
          unmask(payload, 0, payload.length, 0);
          if (opcode == CLOSE) {
            closedByPeer(payload);
            return -1;
          }
          if (opcode == PING) {
            answer(payload);
          }
        }
        default -> throw new ProtocolException("WebSocket has no frame of type " + opcode);
      }
    }
  }

  private void closedByPeer(byte[] payload) throws IOException {
    int code = payload.length < 2 ? NORMAL_CLOSURE : ByteBuffer.wrap(payload).getShort() & 0xffff;
    if (closeSent.compareAndSet(false, true)) {
      sink.sendSoon(out -> writeFrame(new DataOutputStream(out), CLOSE, payload, payload.length));
    }
    if (code != NORMAL_CLOSURE) {
      throw new IOException(
          "the peer closed the WebSocket with code %d %s"
              .formatted(code, new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8)));
    }
  }

  /** Answers the latest ping only, as RFC 6455 allows: a flood of them cannot pile up. */
  private void answer(byte[] payload) {
    if (pong.getAndSet(payload) == null) {
      sink.sendSoon(out -> {
        byte[] latest = pong.getAndSet(null);
        if (latest != null) {
          writeFrame(new DataOutputStream(out), PONG, latest, latest.length);
        }
      });
    }
  }

  private void unmask(byte[] bytes, int offset, int length, int at) {
    if (server) {
      for (int i = 0; i < length; i++) {
        bytes[offset + i] ^= mask[(at + i) % MASK_SIZE];
      }
    }
  }

  /**
   * Sends a message and waits until the connection takes it.
   *
   * @throws IOException when the connection is broken or closed, or the closing has begun
   */
  public void send(boolean text, byte[] payload) throws IOException {
    if (closeSent.get()) {
      throw new IOException("the WebSocket is closed");
    }
    sink.send(out ->
        writeFrame(new DataOutputStream(out), text ? TEXT : BINARY, payload, payload.length));
  }

  private void writeFrame(DataOutputStream out, int opcode, byte[] payload, int length)
      throws IOException {
    int masked = server ? 0 : 0x80;
    out.writeByte(0x80 | opcode);
    if (length < 126) {
      out.writeByte(masked | length);
    } else if (length < 1 << 16) {
      out.writeByte(masked | 126);
      out.writeShort(length);
    } else {
      out.writeByte(masked | 127);
      out.writeLong(length);
    }
    if (server) {
      out.write(payload, 0, length);
      return;
    }
    byte[] key = new byte[MASK_SIZE];
    random.nextBytes(key);
    out.write(key);
    byte[] hidden = new byte[length];
    for (int i = 0; i < length; i++) {
      hidden[i] = (byte) (payload[i] ^ key[i % MASK_SIZE]);
    }
    out.write(hidden);
  }

  /**
   * Sends a sign of life, unless the last one still waits to go out. A peer that is gone shows by
   * the write that fails, even while nobody reads. Does not wait.
   */
  public void ping() {
    if (pinging.compareAndSet(false, true)) {
      sink.sendSoon(out -> {
        pinging.set(false);
        writeFrame(new DataOutputStream(out), PING, new byte[0], 0);
      });
    }
  }

  /**
   * Begins or completes the closing in order; nothing can be sent afterwards. The peer's answer is
   * still to be read. Repeatable.
   *
   * @param code why, such as {@link #NORMAL_CLOSURE}
   */
  public void sendClose(int code) throws IOException {
    if (closeSent.compareAndSet(false, true)) {
      byte[] payload = ByteBuffer.allocate(2).putShort((short) code).array();
      sink.send(out -> writeFrame(new DataOutputStream(out), CLOSE, payload, payload.length));
    }
  }

  /** Drops the connection. Does not wait. Repeatable. */
  public void drop() {
    transport.close();
    sink.close();
  }

  private final class Body extends InputStream {
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
      while (frameLeft == 0) {
        if (lastFrame) {
          return -1;
        }
        if (nextDataFrame() < 0) {
          throw new EOFException("the peer closed the WebSocket within a message");
        }
      }
      int count = in.read(target, offset, (int) Math.min(length, frameLeft));
      if (count < 0) {
        throw new EOFException("the connection ended within a WebSocket frame");
      }
      unmask(target, offset, count, maskAt);
      maskAt = (maskAt + count) % MASK_SIZE;
      frameLeft -= count;
      return count;
    }

    private void skipAll() throws IOException {
      byte[] passed = new byte[1024];
      int count;
      do {
        count = read(passed, 0, passed.length);
      } while (count >= 0);
    }
  }
}
