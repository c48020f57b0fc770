package io.keelson.runtime.streaming.flow;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP connection, plain or with TLS over it. */
public final class SocketDuplex implements Duplex {
  private static final Logger log = LoggerFactory.getLogger(SocketDuplex.class);
  private static final int BUFFER_SIZE = 32 * 1024;

  private final Socket tcp;
  private final Socket top;
  private final InputStream input;
  private final OutputStream output;

  /**
   * Takes over a connection.
   *
   * @param tcp the connection itself
   * @param top what carries the bytes: the same, or TLS layered over it
   */
  public SocketDuplex(Socket tcp, Socket top) throws IOException {
    this.tcp = tcp;
    this.top = top;
    tcp.setTcpNoDelay(true);
    tcp.setKeepAlive(true);
    this.input = new BufferedInputStream(top.getInputStream(), BUFFER_SIZE);
    this.output = new BufferedOutputStream(top.getOutputStream(), BUFFER_SIZE);
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
    top.shutdownOutput();
  }

  /** Closes the TCP connection below TLS, whose own close waits for a peer that does not read. */
  @Override
  public void close() {
    try {
      tcp.close();
    } catch (IOException e) {
      log.debug("closing a connection failed", e);
    }
  }
}
