package io.keelson.cli.shell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What standard output is. */
public final class Terminal {
  private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

  private Terminal() {}

  /** True when a person reads along, in which case lines may be redrawn. */
  public static boolean isStandardOutput() {
    try {
      // The JDK's own way, Console, also asks for standard input to be a terminal.
      String target = Files.readSymbolicLink(STANDARD_OUTPUT).toString();
      return !"dumb".equals(System.getenv("TERM"))
          && (target.startsWith("/dev/pts/")
              || target.startsWith("/dev/tty")
              || target.equals("/dev/console"));
    } catch (IOException e) {
      return false;
    }
  }

  /** True when colour is welcome: on a terminal, unless the user's {@code NO_COLOR} says no. */
  public static boolean hasColour() {
    String refusal = System.getenv("NO_COLOR");
    return isStandardOutput() && (refusal == null || refusal.isEmpty());
  }
}
