package io.keelson.runtime.streaming.websocket;

import io.keelson.runtime.streaming.flow.Duplex;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A plain byte stream carried in binary messages of a WebSocket, whose borders mean nothing: how
 * Kubernetes brings SPDY through proxies that know only WebSocket.
 */
public final class WebSocketTunnel implements Duplex {
  private static final int BUFFER_SIZE = 32 * 1024;

  private final WebSocket socket;
  private final InputStream input = new BufferedInputStream(new Messages(), BUFFER_SIZE);
  private final OutputStream output = new BufferedOutputStream(new Sender(), BUFFER_SIZE);

  /** Takes over a WebSocket. */
  public WebSocketTunnel(WebSocket socket) {
    this.socket = socket;
  }

  @Override
  public InputStream input() {
    return input;
  }

  @Override
  public OutputStream output() {
    return output;
  }

  @Override
  public void shutdownOutput() throws IOException {
    socket.sendClose(WebSocket.NORMAL_CLOSURE);
  }

  @Override
  public void close() {
    socket.drop();
  }

  private final class Messages extends InputStream {
    private WebSocket.@Nullable Message message;

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      while (true) {
        if (message == null) {
          message = socket.nextMessage();
          if (message == null) {
            return -1;
          }
          if (message.text()) {
            throw new ProtocolException("a SPDY tunnel carries binary messages only");
          }
        }
        int count = message.body().read(target, offset, length);
        if (count >= 0) {
          return count;
        }
        message = null;
      }
    }
  }

  private final class Sender extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      socket.send(false, Arrays.copyOfRange(bytes, offset, offset + length));
    }
  }
}
