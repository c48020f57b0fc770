package io.keelson.runtime.fake;

import io.keelson.runtime.spi.PortConnection;
import io.keelson.runtime.streaming.flow.BoundedPipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.function.Consumer;

/** A connection to a server that sends back what it receives, and its end. */
final class EchoConnection implements PortConnection {
  private static final int BUFFER = 64 * 1024;

  private final BoundedPipe pipe = new BoundedPipe(BUFFER, count -> {});
  private final Consumer<EchoConnection> onClose;

  EchoConnection(Consumer<EchoConnection> onClose) {
    this.onClose = onClose;
  }

  @Override
  public InputStream input() {
    return pipe.source();
  }

  @Override
  public OutputStream output() {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        pipe.write(bytes, offset, length);
      }

      @Override
      public void close() {
        pipe.end();
      }
    };
  }

  @Override
  public void close() {
    pipe.fail(new IOException("the connection is closed"));
    onClose.accept(this);
  }
}
