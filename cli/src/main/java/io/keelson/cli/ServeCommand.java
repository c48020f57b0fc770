package io.keelson.cli;

import io.keelson.cli.config.ConfigurationException;
import io.keelson.cli.config.ConfigurationFile;
import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.daemon.Backends;
import io.keelson.cli.daemon.Daemon;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.shell.Logging;
import io.keelson.cli.shell.Signals;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.transport.Endpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson serve}: the CRI daemon, in the foreground, until it is told to end. */
@Command(
    name = "serve",
    description = "Runs the CRI daemon in the foreground. Pods keep running when it ends.",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML configuration; docs/configuration.md lists the keys.")
  private @Nullable Path config;

  @Option(
      names = "--listen",
      paramLabel = "ENDPOINT",
      description =
          "Where to listen, unix:///path or tcp://host:port, instead of where the configuration"
              + " says; repeatable. Default unix:///run/keelson/keelson.sock.")
  private List<Endpoint> listen = new ArrayList<>();

  @Option(
      names = "--handler",
      paramLabel = "BACKEND",
      description = "Serves only this backend, with its options from the configuration.")
  private @Nullable String handler;

  @Override
  public Integer call() throws InterruptedException {
    DaemonConfiguration configuration = configuration();
    Logging.level(configuration.logLevel());
    CountDownLatch ended = new CountDownLatch(1);
    Signals.onTermination(ended::countDown);
    try (Daemon _ = Daemon.start(configuration)) {
      ended.await();
    }
    return 0;
  }

  private DaemonConfiguration configuration() {
    Map<String, RuntimeBackendFactory> factories = Backends.factories();
    DaemonConfiguration configuration = DaemonConfiguration.DEFAULTS;
    if (config != null) {
      try {
        configuration = ConfigurationFile.read(config, factories);
      } catch (ConfigurationException e) {
        throw CommandFailure.wrongUsage(String.valueOf(e.getMessage()));
      }
    }
    if (!listen.isEmpty()) {
      configuration = configuration.listeningOn(listen);
    }
    String only = handler;
    if (only != null) {
      if (!factories.containsKey(only)) {
        throw CommandFailure.wrongUsage(
            "--handler: there is no backend '%s'; there are: %s"
                .formatted(only, String.join(", ", new TreeSet<>(factories.keySet()))));
      }
      configuration =
          configuration.servingOnly(
              Map.of(only, configuration.backends().getOrDefault(only, Map.of())));
    }
    return configuration;
  }
}
