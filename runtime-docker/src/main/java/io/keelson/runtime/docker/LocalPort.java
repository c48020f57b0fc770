package io.keelson.runtime.docker;

import io.keelson.runtime.spi.PortConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP connection to localhost in the network namespace of the thread that made it. */
final class LocalPort implements PortConnection {
  private static final Logger log = LoggerFactory.getLogger(LocalPort.class);
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Socket socket;

  private LocalPort(Socket socket) {
    this.socket = socket;
  }

  /**
   * Connects over IPv4, and where nothing answers over IPv6.
   *
   * @throws IOException what went wrong over IPv4, with the other failure beside it
   */
  static LocalPort connect(int port) throws IOException {
    try {
      return connect("127.0.0.1", port);
    } catch (IOException overIpv4) {
      try {
        return connect("::1", port);
      } catch (IOException overIpv6) {
        overIpv4.addSuppressed(overIpv6);
        throw overIpv4;
      }
    }
  }

  private static LocalPort connect(String address, int port) throws IOException {
    Socket socket = new Socket();
    boolean connected = false;
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.ofLiteral(address), port), (int) LIMIT.toMillis());
      socket.setTcpNoDelay(true);
      connected = true;
      return new LocalPort(socket);
    } catch (IOException e) {
      throw new IOException(
          "cannot connect to localhost port %d: %s".formatted(port, e.getMessage()), e);
    } finally {
      if (!connected) {
        socket.close();
      }
    }
  }

  @Override
  public InputStream input() throws IOException {
    return socket.getInputStream();
  }

  @Override
  public OutputStream output() throws IOException {
    OutputStream bytes = socket.getOutputStream();
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        bytes.write(b);
      }

      @Override
      public void write(byte[] source, int offset, int length) throws IOException {
        bytes.write(source, offset, length);
      }

      @Override
      public void close() throws IOException {
        // Closing the socket's own stream would end both directions.
        socket.shutdownOutput();
      }
    };
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("closing a connection to a pod failed", e);
    }
  }
}
