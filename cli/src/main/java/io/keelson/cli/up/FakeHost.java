package io.keelson.cli.up;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.shell.Logging;
import io.keelson.linux.FileTrees;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Prepares for pods that only pretend to run: needs a folder for temporary files, and no root. */
final class FakeHost {
  private FakeHost() {}

  static Host prepare(Display display, Teardown teardown) throws InterruptedException {
    Path directory;
    try {
      directory = Files.createTempDirectory("keelson-up");
    } catch (IOException e) {
      throw new CommandFailure(
          "no temporary folder can be made (%s); give another one: KEELSON_JAVA_OPTS=-Djava.io.tmpdir=DIR"
              .formatted(e.getMessage()),
          e);
    }
    teardown.add("remove " + directory, () -> FileTrees.delete(directory));
    Logging.toFile(directory.resolve("keelson.log"));
    display.print("pods only pretend to run: nothing is installed, pulled or started");
    DaemonConfiguration defaults = DaemonConfiguration.DEFAULTS;
    return new Host(
        new DaemonConfiguration(
            List.of(new Endpoint.Unix(directory.resolve("keelson.sock"))),
            null,
            directory.resolve("state"),
            directory.resolve("run"),
            Map.of("fake", Map.of()),
            defaults.cni(),
            defaults.streaming(),
            "info"),
        directory.resolve("agent"),
        false);
  }
}
