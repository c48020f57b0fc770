package io.keelson.cli;

import io.keelson.cli.config.ConfigurationException;
import io.keelson.cli.config.ConfigurationFile;
import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.runtime.transport.Endpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      description = "YAML configuration; see docs/configuration.md.")
  private @Nullable Path config;

  @Option(
      names = "--listen",
      paramLabel = "ENDPOINT",
      description =
          "Where to listen, unix:///path or tcp://host:port; repeatable. Default"
              + " unix:///run/keelson/keelson.sock.")
  private List<Endpoint> listen = new ArrayList<>();

  @Option(
      names = "--handler",
      paramLabel = "BACKEND",
      description = "The default backend, instead of the configured one.")
  private @Nullable String handler;

  @Override
  public Integer call() throws InterruptedException {
    DaemonConfiguration configuration = configuration();
    Logging.level(configuration.logLevel());
    CountDownLatch ended = new CountDownLatch(1);
    Daemon daemon = Daemon.start(configuration);
    Thread main = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  daemon.close();
                  ended.countDown();
                },
                "shutdown of " + main.getName()));
    daemon.awaitTermination();
    ended.await();
    return 0;
  }

  private DaemonConfiguration configuration() {
    DaemonConfiguration configuration = DaemonConfiguration.DEFAULTS;
    if (config != null) {
      try {
        configuration = ConfigurationFile.read(config, Backends.factories());
      } catch (ConfigurationException e) {
        throw new CommandFailure(String.valueOf(e.getMessage()), e);
      }
    }
    if (!listen.isEmpty()) {
      configuration = configuration.listeningOn(listen);
    }
    String first = handler;
    return first == null ? configuration : withDefault(configuration, first);
  }

  private static DaemonConfiguration withDefault(DaemonConfiguration configuration, String first) {
    Map<String, Map<String, String>> backends = new LinkedHashMap<>();
    backends.put(first, configuration.backends().getOrDefault(first, Map.of()));
    return configuration.servingOnly(backends);
  }
}
