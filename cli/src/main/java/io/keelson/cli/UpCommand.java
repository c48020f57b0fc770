package io.keelson.cli;

import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.up.Up;
import io.keelson.cli.up.UpSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson up}: pods in the foreground, with all that they need. */
@Command(
    name = "up",
    description = {
      "Runs pods in the foreground, and removes all of it on Ctrl-C.",
      "Sets this machine up, starts the daemon and a node agent, and shows what happens."
    },
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  private static final List<String> HANDLERS = List.of("docker", "fake");

  @Parameters(
      paramLabel = "POD.yaml",
      arity = "0..*",
      description = "Pod manifests, Kubernetes YAML; default examples/hello.yaml.")
  private List<Path> manifests = new ArrayList<>();

  @Option(
      names = "--once",
      description = "Ends as soon as every pod is up, with exit status 0, after removing them.")
  private boolean once;

  @Option(
      names = "--handler",
      paramLabel = "BACKEND",
      description = "docker, or fake: pods only pretend to run. Default docker.")
  private String handler = "docker";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "How long it may take until every pod is up, such as 90s; default 2m.")
  private Duration timeout = Duration.ofMinutes(2);

  @Override
  public Integer call() throws InterruptedException {
    if (!HANDLERS.contains(handler)) {
      throw CommandFailure.wrongUsage(
          "--handler: there is no backend '%s'; there are: %s"
              .formatted(handler, String.join(", ", HANDLERS)));
    }
    if (manifests.isEmpty()) {
      String home = System.getProperty("keelson.home");
      if (home == null) {
        throw CommandFailure.wrongUsage("name a manifest: keelson up POD.yaml");
      }
      manifests = List.of(Path.of(home, "examples", "hello.yaml"));
    }
    return new Up(new UpSettings(manifests, handler, once, timeout)).run();
  }
}
