package io.keelson.cli;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keelson exec}: runs a command in a container and ends with its exit status. */
@Command(
    name = "exec",
    description = "Runs a command in a container, and ends with its exit status.",
    mixinStandardHelpOptions = true)
final class ExecCommand implements Callable<Integer> {
  @Mixin private EndpointOption endpoint = new EndpointOption();

  @Option(
      names = {"-c", "--container"},
      paramLabel = "NAME",
      description = "Which container, where the pod has several.")
  private @Nullable String container;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Kills the command after this time; default none.")
  private long timeout;

  @Parameters(index = "0", paramLabel = "POD", description = "Name, namespace/name, or id prefix.")
  private String pod = "";

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "COMMAND")
  private List<String> command = new ArrayList<>();

  @Override
  public Integer call() throws InterruptedException, IOException {
    try (RuntimeClient client = endpoint.connect()) {
      Container found = PodSelection.container(client, pod, container);
      ExecSyncResponse response =
          client.execSync(found.getId(), command, Duration.ofSeconds(timeout));
      response.getStdout().writeTo(System.out);
      response.getStderr().writeTo(System.err);
      System.out.flush();
      return response.getExitCode();
    }
  }
}
