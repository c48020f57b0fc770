package io.keelson.runtime.fake;

import io.keelson.runtime.spi.PortConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.function.Consumer;

/** A connection to a server that sends without end, and takes no notice of what it receives. */
final class CharacterGenerator implements PortConnection {
  private final Consumer<CharacterGenerator> onClose;
  private volatile boolean closed;

  CharacterGenerator(Consumer<CharacterGenerator> onClose) {
    this.onClose = onClose;
  }

  @Override
  public InputStream input() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        requireOpen();
        return 'x';
      }

      @Override
      public int read(byte[] target, int offset, int length) throws IOException {
        requireOpen();
        Arrays.fill(target, offset, offset + length, (byte) 'x');
        return length;
      }
    };
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("the connection is closed");
    }
  }

  @Override
  public OutputStream output() {
    return OutputStream.nullOutputStream();
  }

  @Override
  public void close() {
    closed = true;
    onClose.accept(this);
  }
}
