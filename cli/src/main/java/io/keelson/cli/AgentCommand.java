package io.keelson.cli;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.shell.Logging;
import io.keelson.cli.shell.Signals;
import io.keelson.node.agent.NodeAgent;
import io.keelson.node.agent.manifest.ManifestFolder;
import io.keelson.node.agent.manifest.ManifestParser;
import io.keelson.runtime.client.RuntimeClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code keelson agent}: the node agent alone, against any CRI endpoint. */
@Command(
    name = "agent",
    description = {
      "Runs the pods of a folder of manifests through a CRI endpoint.",
      "Follows changes of the folder. Pods keep running when it ends; the next one finds them."
    },
    mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
  private static final Duration READY_LIMIT = Duration.ofSeconds(30);
  private static final Duration RESCAN = Duration.ofSeconds(20);

  @Mixin private EndpointOption endpoint = new EndpointOption();

  @Option(
      names = "--manifests",
      paramLabel = "DIR",
      required = true,
      description = "The folder with the Pod manifests (*.yaml, *.yml, *.json).")
  private Path manifests = Path.of("");

  @Option(
      names = "--root-dir",
      paramLabel = "DIR",
      description = "The agent's own folder: records, volumes, logs; default ${DEFAULT-VALUE}.")
  private Path root = DaemonConfiguration.DEFAULT_STATE_DIRECTORY.resolve("agent");

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "The node's name; default this machine's.")
  private @Nullable String nodeName;

  @Override
  public Integer call() throws InterruptedException {
    Logging.level("info");
    CountDownLatch ended = new CountDownLatch(1);
    Signals.onTermination(ended::countDown);
    try (RuntimeClient client = endpoint.connect()) {
      client.awaitReady(READY_LIMIT);
      String name = nodeName == null ? machineName() : nodeName;
      ManifestFolder source = new ManifestFolder(manifests, new ManifestParser(name), RESCAN);
      try (NodeAgent agent = NodeAgent.builder(client, root, source).nodeName(name).build()) {
        agent.start();
        ended.await();
      }
    } catch (IOException e) {
      throw new CommandFailure("the node agent cannot start: " + e.getMessage(), e);
    }
    return 0;
  }

  private static String machineName() throws IOException {
    return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
  }
}
