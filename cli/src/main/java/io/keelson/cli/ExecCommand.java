package io.keelson.cli;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
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

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "COMMAND",
      description = "The command and its arguments, options of its own included.",
      preprocessor = WholeRest.class)
  private List<String> command = new ArrayList<>();

  /** Leaves everything after the command's first word to the command. */
  static final class WholeRest implements IParameterPreprocessor {
    /** Called by picocli. */
    WholeRest() {}

    @Override
    public boolean preprocess(
        Stack<String> words, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
      List<String> rest = new ArrayList<>();
      while (!words.isEmpty()) {
        rest.add(words.pop());
      }
      argument.setValue(rest);
      return true;
    }
  }

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
