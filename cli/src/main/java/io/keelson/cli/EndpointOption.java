package io.keelson.cli;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.transport.TlsSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which CRI endpoint a command talks to; any runtime's, not only ours. */
final class EndpointOption {
  @Option(
      names = "--endpoint",
      paramLabel = "ENDPOINT",
      description = "CRI endpoint; default unix:///run/keelson/keelson.sock.")
  private Endpoint endpoint = DaemonConfiguration.DEFAULT_ENDPOINT;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Client certificate (PEM) for a tcp:// endpoint.")
  private @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key (PEM, PKCS#8).")
  private @Nullable Path key;

  @Option(
      names = "--tls-trusted",
      paramLabel = "FILE",
      description = "Authorities the server's certificate must come from (PEM).")
  private @Nullable Path trusted;

  /** A client of the endpoint. */
  RuntimeClient connect() {
    if (endpoint instanceof Endpoint.Unix) {
      return RuntimeClient.connect(endpoint);
    }
    Path certificateFile = certificate;
    Path keyFile = key;
    Path trustedFile = trusted;
    if (certificateFile == null || keyFile == null || trustedFile == null) {
      throw new CommandFailure(
          "endpoint %s needs --tls-certificate, --tls-key and --tls-trusted".formatted(endpoint));
    }
    return RuntimeClient.connect(
        endpoint, new TlsSettings(certificateFile, keyFile, trustedFile), EventLoops.create(1));
  }
}
