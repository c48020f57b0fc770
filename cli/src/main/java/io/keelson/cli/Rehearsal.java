package io.keelson.cli;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.daemon.Daemon;
import io.keelson.cli.shell.Logging;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A short life of the daemon, run once after the build while the JVM takes notes: what it loads
 * here is loaded from a cache at every later start. Uses no engine and leaves nothing behind.
 */
final class Rehearsal {
  private static final Duration READY_LIMIT = Duration.ofSeconds(30);

  private Rehearsal() {}

  /** Serves both backends, the Docker one without an engine, and makes the usual first calls. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("keelson-rehearsal");
    try {
      Endpoint endpoint = new Endpoint.Unix(directory.resolve("cri.sock"));
      Map<String, Map<String, String>> backends = new LinkedHashMap<>();
      backends.put("fake", Map.of());
      backends.put("docker", Map.of("endpoint", "unix://" + directory.resolve("none.sock")));
      DaemonConfiguration defaults = DaemonConfiguration.DEFAULTS;
      DaemonConfiguration configuration =
          new DaemonConfiguration(
              List.of(endpoint),
              null,
              directory.resolve("state"),
              directory.resolve("run"),
              backends,
              defaults.cni(),
              "error");
      Logging.level(configuration.logLevel());
      try (Daemon daemon = Daemon.start(configuration);
          RuntimeClient client = RuntimeClient.connect(endpoint)) {
        client.awaitReady(READY_LIMIT);
        client.status();
        client.runtimeConfig();
        client.listImages(ImageFilter.newBuilder().setImage(image("x")).build());
        call(() -> client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()));
        call(() -> client.listContainers(ContainerFilter.getDefaultInstance()));
      }
      Main.run("version");
    } finally {
      delete(directory);
    }
  }

  private static io.keelson.runtime.v1.ImageSpec image(String name) {
    return io.keelson.runtime.v1.ImageSpec.newBuilder().setImage(name).build();
  }

  @FunctionalInterface
  private interface Call {
    void run() throws InterruptedException;
  }

  /** The Docker backend answers that it has no engine, which is a path worth rehearsing too. */
  private static void call(Call call) throws InterruptedException {
    try {
      call.run();
    } catch (io.keelson.runtime.spi.CriException e) {
      System.err.println("as expected: " + e.getMessage());
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
