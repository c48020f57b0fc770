package io.keelson.cli;

import io.keelson.runtime.spi.CriException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code keelson}: exit status 0 when done, 1 when failed, 2 for wrong usage. */
@Command(
    name = "keelson",
    description = "A Kubernetes container runtime daemon with interchangeable backends.",
    subcommands = {
      ServeCommand.class,
      PodsCommand.class,
      ExecCommand.class,
      DebugCommand.class,
      VersionCommand.class,
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class)
public final class Main implements Runnable {
  @Spec private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  /** Called by picocli. */
  Main() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Runs one command and ends the process with its exit status. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs one command and returns its exit status. */
  static int run(String... args) {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Main::explain)
        .execute(args);
  }

  /** A failure the code foresaw is its message; any other one is a bug, and shows where it is. */
  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult result) {
    switch (failure) {
      case CommandFailure e -> command.getErr().println("keelson: " + e.getMessage());
      case CriException e -> command.getErr().println("keelson: " + e.getMessage());
      case InterruptedException e -> command.getErr().println("keelson: interrupted");
      default -> failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return CommandLine.ExitCode.SOFTWARE;
  }
}
