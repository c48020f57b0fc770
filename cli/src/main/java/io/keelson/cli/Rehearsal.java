package io.keelson.cli;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ImageFilter;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * A short life of the daemon, run once after the build while the JVM takes notes: what it loads
 * here is loaded from a cache at every later start. Needs no engine and leaves nothing behind.
 */
final class Rehearsal {
  private static final Duration READY_LIMIT = Duration.ofSeconds(30);

  private Rehearsal() {}

  /** Runs {@code keelson serve} as a user would, makes the usual first calls, and ends it. */
  public static void main(String[] args) throws Exception {
    // Both threads log, and the first use must have set logging up before the second.
    LoggerFactory.getILoggerFactory();
    Path directory = Files.createTempDirectory("keelson-rehearsal");
    try (RehearsalEngine engine = RehearsalEngine.start()) {
      Endpoint endpoint = new Endpoint.Unix(directory.resolve("cri.sock"));
      Path configuration =
          Files.writeString(
              directory.resolve("keelson.yaml"),
              """
              listen: ["%2$s"]
              state-dir: %1$s/state
              run-dir: %1$s/run
              backends:
                docker:
                  endpoint: %3$s
                fake: {}
              cni:
                cache-dir: %1$s/cni
              """
                  .formatted(directory, endpoint, engine.endpoint()));
      Thread daemon =
          Thread.ofPlatform().start(() -> Main.run("serve", "--config", configuration.toString()));
      try (RuntimeClient client = RuntimeClient.connect(endpoint)) {
        client.awaitReady(READY_LIMIT);
        call(client::status);
        call(client::runtimeConfig);
        call(() -> client.listImages(ImageFilter.getDefaultInstance()));
        call(() -> client.listPodSandboxes(PodSandboxFilter.getDefaultInstance()));
        call(() -> client.listContainers(ContainerFilter.getDefaultInstance()));
      }
      Main.run("pods", "--endpoint", endpoint.toString());
      Signal.raise(new Signal("TERM"));
      daemon.join();
    } finally {
      delete(directory);
    }
  }

  /** What the stand-in for an engine cannot answer is worth rehearsing too. */
  private static void call(Callable<?> call) throws Exception {
    try {
      call.call();
    } catch (CriException e) {
      System.err.println("not answered: " + e.getMessage());
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
