package io.keelson.runtime.docker.engine;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A private Docker Engine: a {@code dockerd} of our own with its own data, sockets and containerd,
 * apart from any engine of the machine. It makes no bridge and no firewall rules; pods get their
 * network from elsewhere. The engine picks its storage driver itself: the one its data folder was
 * made with, else overlay2 where the filesystem can, else the slow but universal vfs.
 *
 * <p>It runs in a session of its own, so that a terminal's Ctrl-C reaches only this process, which
 * then stops pods and engine in order. Whatever an earlier engine with the same run folder left
 * behind, running or not, is stopped and cleared before a new one starts.
 *
 * <p>Needs root. Thread-safe.
 */
public final class DockerEngineProcess implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DockerEngineProcess.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(20);

  /** How long {@link #close} waits for an orderly end before it kills. */
  public static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  private final Settings settings;
  private final Process dockerd;

  /**
   * Where the engine keeps its things.
   *
   * @param dataRoot images and containers; kept, and used again by the next engine
   * @param runDirectory sockets, pid file and mounts; gone after the stop. Short: the socket's path
   *     in it has at most 107 bytes
   * @param logFile the engine's own log, appended to
   */
  public record Settings(Path dataRoot, Path runDirectory, Path logFile) {
    /** Where the engine will listen. */
    public Endpoint.Unix endpoint() {
      return new Endpoint.Unix(runDirectory.resolve("docker.sock"));
    }

    private Path pidFile() {
      return runDirectory.resolve("docker.pid");
    }

    private Path execRoot() {
      return runDirectory.resolve("exec");
    }
  }

  private DockerEngineProcess(Settings settings, Process dockerd) {
    this.settings = settings;
    this.dockerd = dockerd;
  }

  /** True when the program {@code dockerd} is installed. */
  public static boolean isInstalled() {
    return findProgram("dockerd") != null;
  }

  /**
   * Starts an engine and returns once it answers, at most a minute later.
   *
   * @throws CriException {@code FAILED_PRECONDITION} when {@code dockerd} is not installed or ends
   *     at once (the message quotes its log), {@code UNAVAILABLE} when it does not answer in time;
   *     nothing is left running then
   */
  public static DockerEngineProcess start(Settings settings) throws InterruptedException {
    Path program = findProgram("dockerd");
    if (program == null) {
      throw CriException.failedPrecondition(
          "cannot start a Docker Engine: dockerd is not installed; "
              + "on Debian or Ubuntu run: apt-get install -y docker.io");
    }
    clear(settings);
    DockerEngineProcess engine;
    try {
      Files.createDirectories(settings.dataRoot());
      Files.createDirectories(settings.runDirectory());
      Files.createDirectories(settings.logFile().toAbsolutePath().getParent());
      engine = new DockerEngineProcess(settings, launch(program, settings));
    } catch (IOException e) {
      throw CriException.failedPrecondition(
          "cannot start a Docker Engine in " + settings.runDirectory() + ": " + e.getMessage());
    }
    boolean ready = false;
    try {
      engine.awaitReady();
      ready = true;
      return engine;
    } finally {
      if (!ready) {
        engine.close();
      }
    }
  }

  /** Stops what an earlier engine with these settings left, running or not; its data stays. */
  public static void clear(Settings settings) throws InterruptedException {
    new EngineRemains(settings.runDirectory(), settings.dataRoot()).clear(STOP_LIMIT);
  }

  private static Process launch(Path program, Settings settings) throws IOException {
    List<String> command = new ArrayList<>();
    Path setsid = findProgram("setsid");
    if (setsid == null) {
      throw new IOException("the program setsid is not installed (package util-linux)");
    }
    command.add(setsid.toString());
    command.add(program.toString());
    command.addAll(
        List.of(
            "--data-root=" + settings.dataRoot(),
            "--exec-root=" + settings.execRoot(),
            "--pidfile=" + settings.pidFile(),
            "--host=" + settings.endpoint(),
            "--config-file=" + settings.runDirectory().resolve("daemon.json"),
            "--bridge=none",
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
            "--shutdown-timeout=5",
            // Checkpoints are one of them.
            "--experimental"));
    // dockerd insists that a configuration file named on its command line exists.
    Files.writeString(settings.runDirectory().resolve("daemon.json"), "{}\n");
    File logFile = settings.logFile().toFile();
    return new ProcessBuilder(command)
        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile))
        .redirectError(ProcessBuilder.Redirect.appendTo(logFile))
        .start();
  }

  private void awaitReady() throws InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    try (DockerEngine engine = DockerEngine.at(endpoint())) {
      while (true) {
        try {
          engine.ping();
          return;
        } catch (CriException notYet) {
          if (!dockerd.isAlive()) {
            throw CriException.failedPrecondition(
                "the Docker Engine ended with status %d while starting: %s (its log: %s)"
                    .formatted(dockerd.exitValue(), lastLogLine(), settings.logFile()));
          }
          if (System.nanoTime() > deadline) {
            throw CriException.unavailable(
                "the Docker Engine did not answer within %d s of its start: %s (its log: %s)"
                    .formatted(START_LIMIT.toSeconds(), lastLogLine(), settings.logFile()),
                notYet);
          }
        }
        dockerd.waitFor(POLL.toMillis(), TimeUnit.MILLISECONDS);
      }
    }
  }

  private String lastLogLine() {
    try {
      List<String> lines = Files.readAllLines(settings.logFile());
      return lines.isEmpty() ? "its log is empty" : lines.getLast();
    } catch (IOException | UncheckedIOException e) {
      return "its log cannot be read";
    }
  }

  /** Where the engine listens. */
  public Endpoint endpoint() {
    return settings.endpoint();
  }

  /** The process id of {@code dockerd}. */
  public long pid() {
    return dockerd.pid();
  }

  /** True until {@code dockerd} has ended, by {@link #close} or by itself. */
  public boolean isAlive() {
    return dockerd.isAlive();
  }

  /**
   * Stops the engine with all its containers and clears its run folder; images and container data
   * stay. Asks first, and kills after {@link #STOP_LIMIT}. Repeatable. An interrupt does not cut it
   * short: it shortens the asking and is kept for the caller.
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      new EngineRemains(settings.runDirectory(), settings.dataRoot()).clear(STOP_LIMIT);
    } catch (InterruptedException e) {
      interrupted = true;
      clearAtOnce();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void clearAtOnce() {
    try {
      new EngineRemains(settings.runDirectory(), settings.dataRoot()).clear(Duration.ZERO);
    } catch (InterruptedException again) {
      log.warn("stopping the Docker Engine in {} was interrupted twice", settings.runDirectory());
    }
  }

  private static @Nullable Path findProgram(String name) {
    String path = System.getenv("PATH");
    // Root's programs are not on every user's path.
    String folders = (path == null ? "" : path + ":") + "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin";
    for (String folder : folders.split(":", -1)) {
      Path candidate = Path.of(folder, name);
      if (!folder.isEmpty() && Files.isExecutable(candidate)) {
        return candidate;
      }
    }
    return null;
  }
}
