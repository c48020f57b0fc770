package io.keelson.runtime.docker.engine;

import com.github.dockerjava.api.command.InspectExecResponse;
import io.keelson.runtime.spi.CriException;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * A command running in a container beside its main process, with its streams. Closing the session
 * leaves the command running; {@link #kill} ends it. Thread-safe as far as {@link HijackedStream}
 * is.
 */
public final class ExecSession implements Closeable {
  private static final Duration EXIT_LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(2);

  private final DockerEngine engine;
  private final String containerId;
  private final String execId;
  private final HijackedStream stream;

  /**
   * What is to run.
   *
   * @param command program and arguments, at least one
   * @param tty whether it gets a terminal; stdout and stderr are one stream then
   * @param stdin whether it gets an input; otherwise it reads the end of input at once
   */
  public record Command(List<String> command, boolean tty, boolean stdin) {
    /** Keeps an unchangeable copy. */
    public Command {
      command = List.copyOf(command);
    }
  }

  private ExecSession(
      DockerEngine engine, String containerId, String execId, HijackedStream stream) {
    this.engine = engine;
    this.containerId = containerId;
    this.execId = execId;
    this.stream = stream;
  }

  /**
   * Starts a command.
   *
   * @throws CriException {@code NOT_FOUND} when there is no such container, {@code
   *     FAILED_PRECONDITION} when it does not run
   */
  public static ExecSession start(DockerEngine engine, String containerId, Command command)
      throws InterruptedException {
    String what = "run '" + command.command().getFirst() + "' in container " + containerId;
    String execId =
        engine.call(
            what,
            client ->
                client
                    .execCreateCmd(containerId)
                    .withCmd(command.command().toArray(String[]::new))
                    .withTty(command.tty())
                    .withAttachStdin(command.stdin())
                    .withAttachStdout(true)
                    .withAttachStderr(true)
                    .exec()
                    .getId());
    String start = "{\"Detach\":false,\"Tty\":" + command.tty() + "}";
    HijackedStream stream =
        HijackedStream.open(engine, what, "/exec/" + execId + "/start", start, command.tty());
    return new ExecSession(engine, containerId, execId, stream);
  }

  /** The command's input and output. */
  public HijackedStream stream() {
    return stream;
  }

  /** Tells the command's terminal its new size, in characters. */
  public void resize(int width, int height) throws InterruptedException {
    engine.call(
        "resize the terminal of exec " + execId,
        client -> client.resizeExecCmd(execId).withSize(height, width).exec());
  }

  /**
   * The exit status of the command, whose output has ended: 128 plus the signal's number when one
   * ended it.
   *
   * @throws CriException {@code UNKNOWN} when the program could not be started, {@code UNAVAILABLE}
   *     when the engine has still no status some seconds after the output's end
   */
  public int awaitExit() throws InterruptedException {
    long deadline = System.nanoTime() + EXIT_LIMIT.toNanos();
    while (true) {
      InspectExecResponse state = inspect();
      Long status = state.getExitCodeLong();
      if (!Boolean.TRUE.equals(state.isRunning()) && status != null) {
        return status.intValue();
      }
      if (System.nanoTime() > deadline) {
        throw CriException.unavailable(
            "exec %s in container %s closed its output but still runs after %d s"
                .formatted(execId, containerId, EXIT_LIMIT.toSeconds()),
            null);
      }
      Thread.sleep(POLL);
    }
  }

  /** Whether a process of this exec ever existed. */
  boolean everRan() throws InterruptedException {
    return pid() > 0;
  }

  private long pid() throws InterruptedException {
    Long pid = inspect().getPidLong();
    return pid == null ? 0 : pid;
  }

  private InspectExecResponse inspect() throws InterruptedException {
    return engine.call("inspect exec " + execId, client -> client.inspectExecCmd(execId).exec());
  }

  /** Kills the command with everything it started that still belongs to it; needs root. */
  public void kill() throws InterruptedException {
    InspectExecResponse state = inspect();
    Long pid = state.getPidLong();
    if (Boolean.TRUE.equals(state.isRunning()) && pid != null && pid > 0) {
      ProcessTree.of(pid).kill();
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
