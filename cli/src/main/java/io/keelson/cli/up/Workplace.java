package io.keelson.cli.up;

import io.keelson.cli.config.DaemonConfiguration;
import io.keelson.cli.shell.Logging;
import io.keelson.runtime.docker.engine.DockerEngineProcess;
import io.keelson.runtime.transport.LockFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folders of this machine that {@code keelson up} works in. One run at a time has them: a
 * second one would take the pods of the first for the remains of a dead one. Confined to one
 * thread.
 */
final class Workplace {
  private static final Path STATE = DaemonConfiguration.DEFAULT_STATE_DIRECTORY;
  private static final Path RUN = DaemonConfiguration.DEFAULT_RUN_DIRECTORY;
  private static final Path LOG = STATE.resolve("up.log");
  private static final Path ENGINE_LOG = STATE.resolve("engine.log");

  private final LockFile lock;
  private final boolean hasRemains;

  private Workplace(LockFile lock) {
    this.lock = lock;
    this.hasRemains = Files.exists(state());
  }

  /**
   * Makes the folders and begins the log of this run.
   *
   * @throws IOException when that is impossible, or another run has them
   */
  static Workplace claim() throws IOException {
    Files.createDirectories(RUN);
    LockFile lock =
        LockFile.tryTake(RUN.resolve("up.lock"))
            .orElseThrow(() ->
                new IOException("keelson up is running here already; end that one with Ctrl-C"));
    Workplace workplace = new Workplace(lock);
    try {
      Files.createDirectories(workplace.state());
      Files.createDirectories(workplace.run());
      Files.deleteIfExists(LOG);
      Files.deleteIfExists(ENGINE_LOG);
      Logging.toFile(LOG);
      Logging.level(DaemonConfiguration.DEFAULTS.logLevel());
      return workplace;
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  /** Whether a run that was killed has left its records here. */
  boolean hasRemains() {
    return hasRemains;
  }

  /** The daemon's and the agent's records. */
  Path state() {
    return STATE.resolve("up");
  }

  /** The daemon's pinned namespaces. */
  Path run() {
    return RUN.resolve("up");
  }

  /** The pod network's configuration and leases. */
  Path network() {
    return STATE.resolve("up-network");
  }

  /** The folders of an engine of our own. */
  DockerEngineProcess.Settings engine() {
    return new DockerEngineProcess.Settings(
        STATE.resolve("engine"), RUN.resolve("engine"), ENGINE_LOG);
  }

  /**
   * Deletes what is empty and lets others in. What the pods need must be gone before, or stays.
   *
   * @param keepLogs whether the logs of this run stay, those that have something in them
   * @return the logs that stay
   */
  List<Path> leave(boolean keepLogs) throws IOException {
    List<Path> kept = new ArrayList<>();
    for (Path file : List.of(LOG, ENGINE_LOG)) {
      if (keepLogs && Files.exists(file) && Files.size(file) > 0) {
        kept.add(file);
      } else {
        Files.deleteIfExists(file);
      }
    }
    Folders.deleteIfEmpty(engine().runDirectory());
    Folders.deleteIfEmpty(STATE);
    lock.close();
    Folders.deleteIfEmpty(RUN);
    return kept;
  }
}
