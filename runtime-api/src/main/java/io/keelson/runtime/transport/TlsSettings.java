package io.keelson.runtime.transport;

import io.grpc.ChannelCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One side's identity for mutual TLS, and whom it trusts. PEM files.
 *
 * @param certificateChain this side's certificate, then its intermediates
 * @param privateKey the certificate's key, PKCS#8, unencrypted
 * @param trustedCertificates the authorities the other side's certificate must come from
 */
public record TlsSettings(Path certificateChain, Path privateKey, Path trustedCertificates) {

  /** Checks that the three files can be read. */
  public TlsSettings {
    for (Path file : new Path[] {certificateChain, privateKey, trustedCertificates}) {
      if (!Files.isReadable(file)) {
        throw new IllegalArgumentException(
            "TLS file " + file + " cannot be read; check that it exists and who may read it");
      }
    }
  }

  /**
   * Server credentials that refuse a client without a certificate from the trusted authorities.
   *
   * @throws IllegalArgumentException when a file holds no usable key or certificate
   */
  public ServerCredentials serverCredentials() {
    try {
      return TlsServerCredentials.newBuilder()
          .keyManager(certificateChain.toFile(), privateKey.toFile())
          .trustManager(trustedCertificates.toFile())
          .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE)
          .build();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /**
   * Client credentials for the same scheme.
   *
   * @throws IllegalArgumentException when a file holds no usable key or certificate
   */
  public ChannelCredentials channelCredentials() {
    try {
      return TlsChannelCredentials.newBuilder()
          .keyManager(certificateChain.toFile(), privateKey.toFile())
          .trustManager(trustedCertificates.toFile())
          .build();
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  private IllegalArgumentException unusable(IOException cause) {
    return new IllegalArgumentException(
        "TLS files %s, %s and %s cannot be used: %s"
            .formatted(certificateChain, privateKey, trustedCertificates, cause.getMessage()),
        cause);
  }
}
