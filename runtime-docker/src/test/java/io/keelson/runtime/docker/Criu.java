package io.keelson.runtime.docker;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** The tool that writes processes down. */
final class Criu {
  private Criu() {}

  /** Whether this machine has what a checkpoint needs, by CRIU's own word. */
  static boolean works() throws InterruptedException {
    try {
      Process check =
          new ProcessBuilder("criu", "check")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return check.waitFor(1, TimeUnit.MINUTES) && check.exitValue() == 0;
    } catch (IOException notInstalled) {
      return false;
    }
  }
}
