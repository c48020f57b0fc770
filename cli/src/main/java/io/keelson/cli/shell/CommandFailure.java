package io.keelson.cli.shell;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ExitCode;

/** A command that could not do its work; the message is all that the user sees. */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitStatus;

  /** Creates a failure with exit status 1. */
  public CommandFailure(String message) {
    this(ExitCode.SOFTWARE, message, null);
  }

  /** Creates a failure with exit status 1. */
  public CommandFailure(String message, Throwable cause) {
    this(ExitCode.SOFTWARE, message, cause);
  }

  private CommandFailure(int exitStatus, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.exitStatus = exitStatus;
  }

  /** What the user wrote cannot be meant: a flag, a configuration, a manifest. Exit status 2. */
  public static CommandFailure wrongUsage(String message) {
    return new CommandFailure(ExitCode.USAGE, message, null);
  }

  /** What the process ends with. */
  public int exitStatus() {
    return exitStatus;
  }
}
