package io.keelson.cli;

import io.keelson.cli.shell.CommandFailure;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.log.ContainerLogFollower;
import io.keelson.runtime.log.ContainerLogReader;
import io.keelson.runtime.log.LogEntry;
import io.keelson.runtime.log.LogReadOptions;
import io.keelson.runtime.log.LogStream;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerState;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson logs}: what a container wrote. */
@Command(
    name = "logs",
    description = "Prints what a container wrote. Runs on the node, where the log files are.",
    mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
  @Mixin private EndpointOption endpoint = new EndpointOption();

  @Option(
      names = {"-c", "--container"},
      paramLabel = "NAME",
      description = "Which container, where the pod has several.")
  private @Nullable String container;

  @Option(
      names = {"-f", "--follow"},
      description = "Goes on until the container has ended.")
  private boolean follow;

  @Option(
      names = "--tail",
      paramLabel = "LINES",
      description = "Begins with the last lines; default all.")
  private long tail = Long.MAX_VALUE;

  @Parameters(index = "0", paramLabel = "POD", description = "Name, namespace/name, or id prefix.")
  private String pod = "";

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (tail < 0) {
      throw CommandFailure.wrongUsage("--tail: %d is negative".formatted(tail));
    }
    LogReadOptions options = LogReadOptions.everything().withTailLines(tail);
    try (RuntimeClient client = endpoint.connect()) {
      Container found = PodSelection.container(client, pod, container);
      String path = client.containerStatus(found.getId()).getLogPath();
      if (path.isEmpty()) {
        throw new CommandFailure(
            "container '%s' of pod '%s' keeps no log: it was made without a log path"
                .formatted(found.getMetadata().getName(), pod));
      }
      if (follow) {
        follow(client, found.getId(), Path.of(path), options);
      } else {
        read(Path.of(path), options);
      }
    }
    return 0;
  }

  private static void read(Path path, LogReadOptions options) throws IOException {
    try (ContainerLogReader reader = ContainerLogReader.open(path, options)) {
      for (Optional<LogEntry> entry = reader.next(); entry.isPresent(); entry = reader.next()) {
        print(entry.get());
      }
    } catch (NoSuchFileException e) {
      throw new CommandFailure(
          "log file %s is not there; run this command on the node, and as a user who may read it"
              .formatted(path),
          e);
    }
    System.out.flush();
  }

  private static void follow(RuntimeClient client, String id, Path path, LogReadOptions options)
      throws IOException, InterruptedException {
    try (ContainerLogFollower follower =
        ContainerLogFollower.open(path, options, () -> hasEnded(client, id))) {
      for (Optional<LogEntry> entry = follower.next(); entry.isPresent(); entry = follower.next()) {
        print(entry.get());
        System.out.flush();
      }
    }
  }

  private static boolean hasEnded(RuntimeClient client, String id) {
    try {
      return client.containerStatus(id).getState() == ContainerState.CONTAINER_EXITED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    } catch (CriException e) {
      return true;
    }
  }

  private static void print(LogEntry entry) throws IOException {
    PrintStream target = entry.stream() == LogStream.STDERR ? System.err : System.out;
    entry.content().writeTo(target);
    if (!entry.partial()) {
      target.write('\n');
    }
  }
}
