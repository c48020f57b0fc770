package io.keelson.cni.pod;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plugins that outlived the daemon that ran them. One that is still at its ADD would take its
 * address after DEL has released it, so it is ended before. A plugin, and what it started, is known
 * by the variables of the specification in its environment.
 */
final class StrayPlugins {
  private static final Logger LOG = LoggerFactory.getLogger(StrayPlugins.class);

  /** A plugin may start a program while it is looked for; more rounds than one would be malice. */
  private static final int MAX_ROUNDS = 10;

  private static final Duration END_LIMIT = Duration.ofSeconds(5);

  private StrayPlugins() {}

  /** Kills every process that works on a container, and waits for its end. */
  static void end(String containerId) throws InterruptedException {
    for (int round = 0; round < MAX_ROUNDS; round++) {
      List<ProcessHandle> strays =
          ProcessHandle.allProcesses().filter(process -> worksOn(process, containerId)).toList();
      if (strays.isEmpty()) {
        return;
      }
      for (ProcessHandle stray : strays) {
        LOG.info("CNI: ending plugin process {}, left at work on {}", stray.pid(), containerId);
        end(stray);
      }
    }
  }

  private static void end(ProcessHandle stray) throws InterruptedException {
    stray.destroyForcibly();
    try {
      stray.onExit().get(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("CNI: plugin process {} does not end", stray.pid(), e);
    }
  }

  private static boolean worksOn(ProcessHandle process, String containerId) {
    Path environ = Path.of("/proc", Long.toString(process.pid()), "environ");
    try {
      String variables = "\0" + Files.readString(environ, StandardCharsets.ISO_8859_1);
      return variables.contains("\0CNI_CONTAINERID=" + containerId + "\0")
          && variables.contains("\0CNI_COMMAND=");
    } catch (IOException e) {
      // Ended meanwhile, or not ours to look into.
      return false;
    }
  }
}
