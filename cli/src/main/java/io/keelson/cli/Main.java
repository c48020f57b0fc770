package io.keelson.cli;

import io.keelson.cli.config.Durations;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.shell.Terminal;
import io.keelson.node.agent.manifest.ManifestException;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code keelson}: exit status 0 when done, 1 when failed, 2 for wrong usage. */
@Command(
    name = "keelson",
    description = "A Kubernetes container runtime daemon with interchangeable backends.",
    footer = {"", "Exit status: 0 done, 1 failed, 2 wrong usage.", "Start with: keelson up --once"},
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class)
public final class Main implements Runnable {
  /** In the order of the help text. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          UpCommand.class,
          ServeCommand.class,
          AgentCommand.class,
          PodsCommand.class,
          LogsCommand.class,
          ExecCommand.class,
          ConformanceCommand.class,
          DoctorCommand.class,
          DebugCommand.class,
          VersionCommand.class);

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
    CommandLine program = new CommandLine(new Main());
    commands(args).forEach(program::addSubcommand);
    return program
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Endpoint.class, converter(Endpoint::parse))
        .registerConverter(Duration.class, converter(Durations::parse))
        .setColorScheme(
            CommandLine.Help.defaultColorScheme(
                Terminal.isStandardOutput()
                    ? CommandLine.Help.Ansi.AUTO
                    : CommandLine.Help.Ansi.OFF))
        .setExecutionExceptionHandler(Main::explain)
        .execute(args);
  }

  /**
   * The command that is meant, or all: reading what no one asks for takes a good part of a start.
   */
  private static List<Class<?>> commands(String[] args) {
    List<Class<?>> meant =
        COMMANDS.stream()
            .filter(command -> args.length > 0 && name(command).equals(args[0]))
            .toList();
    return meant.isEmpty() ? COMMANDS : meant;
  }

  private static String name(Class<?> command) {
    return command.getAnnotation(Command.class).name();
  }

  private static <T> ITypeConverter<T> converter(Function<String, T> parser) {
    return text -> {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    };
  }

  /** A failure the code foresaw is its message; any other one is a bug, and shows where it is. */
  private static int explain(
      Exception failure, CommandLine command, CommandLine.ParseResult result) {
    int status = CommandLine.ExitCode.SOFTWARE;
    switch (failure) {
      case CommandFailure e -> {
        command.getErr().println("keelson: " + e.getMessage());
        status = e.exitStatus();
      }
      case ManifestException e -> {
        command.getErr().println("keelson: " + e.getMessage());
        status = CommandLine.ExitCode.USAGE;
      }
      case CriException e -> command.getErr().println("keelson: " + e.getMessage());
      case InterruptedException _ -> command.getErr().println("keelson: interrupted");
      default -> failure.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return status;
  }
}
