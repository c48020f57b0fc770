package io.keelson.cli.daemon;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cni.pod.CniPodNetwork;
import io.keelson.cni.pod.CniSettings;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.TlsSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A running daemon, assembled from its configuration. */
public final class Daemon implements AutoCloseable {
  private final RuntimeServer server;

  private Daemon(RuntimeServer server) {
    this.server = server;
  }

  /**
   * Starts the configured backends and listens.
   *
   * @throws CommandFailure when that is impossible; nothing is left running
   */
  public static Daemon start(DaemonConfiguration configuration) throws InterruptedException {
    RuntimeServer.Builder builder = RuntimeServer.builder();
    DaemonConfiguration.Cni cni = configuration.cni();
    PodNetwork network =
        new CniPodNetwork(
            new CniSettings(
                cni.confDirectory(), cni.binDirectories(), cni.cacheDirectory(), cni.timeout()));
    Map<String, RuntimeBackendFactory> factories = Backends.factories();
    try {
      for (Map.Entry<String, Map<String, String>> entry : configuration.backends().entrySet()) {
        RuntimeBackendFactory factory = factories.get(entry.getKey());
        if (factory == null) {
          throw new CommandFailure(
              "backend '%s' is not known; known are %s"
                  .formatted(entry.getKey(), String.join(", ", factories.keySet())));
        }
        builder.backend(
            factory.create(
                new BackendContext(
                    directory(configuration.stateDirectory().resolve(entry.getKey())),
                    directory(configuration.runDirectory().resolve(entry.getKey())),
                    entry.getValue(),
                    network,
                    Clock.systemUTC())));
      }
      for (Endpoint endpoint : configuration.listen()) {
        listen(builder, endpoint, configuration.tls());
      }
      RuntimeServer server = builder.streaming(configuration.streaming()).build();
      server.start();
      return new Daemon(server);
    } catch (IOException | CriException | IllegalArgumentException e) {
      throw new CommandFailure("the daemon cannot start: " + e.getMessage(), e);
    }
  }

  private static void listen(
      RuntimeServer.Builder builder, Endpoint endpoint, @Nullable TlsSettings tls) {
    switch (endpoint) {
      case Endpoint.Unix unix -> builder.listen(unix);
      case Endpoint.Tcp tcp -> {
        if (tls == null) {
          throw new CommandFailure(
              "endpoint %s needs mutual TLS; give the keys tls.certificate, tls.key and tls.trusted"
                      .formatted(tcp)
                  + " in the configuration file");
        }
        builder.listenTls(tcp, tls);
      }
    }
  }

  private static Path directory(Path path) throws IOException {
    try {
      return Files.createDirectories(path);
    } catch (IOException e) {
      throw new IOException(
          "folder %s cannot be made (%s %s); run as root or configure another state-dir and run-dir"
              .formatted(path, e.getClass().getSimpleName(), e.getMessage()),
          e);
    }
  }

  /** Ends the daemon; pods keep running. Repeatable. */
  @Override
  public void close() {
    server.close();
  }
}
