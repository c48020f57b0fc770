package io.keelson.runtime.streaming;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** The server's side of TLS over accepted connections. Thread-safe. */
final class TlsHandshake {
  private final SSLContext context;
  private final boolean needsClientCertificate;

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException when one of them cannot be used
   */
  TlsHandshake(StreamingTls files) {
    this.context = files.context();
    this.needsClientCertificate = files.clientAuthorities() != null;
  }

  /** Waits for the handshake; fails for a client that lacks a certificate it needs. */
  SSLSocket secure(Socket socket) throws IOException {
    SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
    secured.setUseClientMode(false);
    secured.setNeedClientAuth(needsClientCertificate);
    secured.startHandshake();
    return secured;
  }
}
