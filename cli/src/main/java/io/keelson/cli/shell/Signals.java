package io.keelson.cli.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import sun.misc.Signal;

/**
 * Hears that this process shall end: Ctrl-C, {@code kill}, a closed terminal. The JVM's own way,
 * shutdown hooks, is deaf to a second Ctrl-C and ends with a failure's exit status.
 */
public final class Signals {
  private static final Path OWN_STATUS = Path.of("/proc/self/status");
  private static final int SIGHUP = 1;

  private Signals() {}

  /**
   * From now on runs something each time instead of ending.
   *
   * @param action short; it runs on a thread of its own
   */
  public static void onTermination(Runnable action) {
    Signal.handle(new Signal("INT"), _ -> action.run());
    Signal.handle(new Signal("TERM"), _ -> action.run());
    if (!isIgnored(SIGHUP)) {
      Signal.handle(new Signal("HUP"), _ -> action.run());
    }
  }

  /** True when the parent wants us to ignore it, as nohup does. */
  private static boolean isIgnored(int signal) {
    try {
      return Files.readAllLines(OWN_STATUS).stream()
          .filter(line -> line.startsWith("SigIgn:"))
          .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
          .anyMatch(mask -> (mask & 1L << (signal - 1)) != 0);
    } catch (IOException e) {
      throw new UncheckedIOException("read " + OWN_STATUS, e);
    }
  }
}
