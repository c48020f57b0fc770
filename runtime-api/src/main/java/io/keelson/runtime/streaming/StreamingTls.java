package io.keelson.runtime.streaming;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The streaming server's identity, and which clients it trusts. PEM files.
 *
 * @param certificateChain the server's certificate, then its intermediates
 * @param privateKey the certificate's key, PKCS#8, unencrypted
 * @param clientAuthorities the authorities a client's certificate must come from; null when clients
 *     need none and the one-time token suffices
 */
public record StreamingTls(
    Path certificateChain, Path privateKey, @Nullable Path clientAuthorities) {

  /** Checks that the files can be read. */
  public StreamingTls {
    for (Path file : new @Nullable Path[] {certificateChain, privateKey, clientAuthorities}) {
      if (file != null && !Files.isReadable(file)) {
        throw new IllegalArgumentException(
            "TLS file " + file + " cannot be read; check that it exists and who may read it");
      }
    }
  }

  /**
   * Reads the files.
   *
   * @throws IllegalArgumentException when one of them cannot be used
   */
  SSLContext context() {
    SslContextBuilder builder =
        SslContextBuilder.forServer(certificateChain.toFile(), privateKey.toFile())
            .sslProvider(SslProvider.JDK);
    if (clientAuthorities != null) {
      builder.trustManager(clientAuthorities.toFile());
    }
    try {
      return ((JdkSslContext) builder.build()).context();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the streaming server's TLS files %s, %s and %s cannot be used: %s"
              .formatted(certificateChain, privateKey, clientAuthorities, e.getMessage()),
          e);
    }
  }
}
