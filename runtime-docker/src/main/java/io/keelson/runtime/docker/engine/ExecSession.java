package io.keelson.runtime.docker.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.dockerjava.api.command.InspectExecResponse;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command running in a container beside its main process, with its streams. Closing the session
 * leaves the command running; {@link #kill} ends it. Thread-safe as far as {@link HijackedStream}
 * is.
 */
public final class ExecSession implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(ExecSession.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(2);
  private static final Duration LONGEST_POLL = Duration.ofMillis(200);

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
    String execId = create(engine, containerId, command, what);
    String start = "{\"Detach\":false,\"Tty\":" + command.tty() + "}";
    HijackedStream stream =
        HijackedStream.open(engine, what, "/exec/" + execId + "/start", start, command.tty());
    return new ExecSession(engine, containerId, execId, stream);
  }

  private static String create(
      DockerEngine engine, String containerId, Command command, String what)
      throws InterruptedException {
    if (!command.tty()) {
      return engine.call(
          what,
          client ->
              client
                  .execCreateCmd(containerId)
                  .withCmd(command.command().toArray(String[]::new))
                  .withAttachStdin(command.stdin())
                  .withAttachStdout(true)
                  .withAttachStderr(true)
                  .exec()
                  .getId());
    }
    // docker-java has no field for detach keys, whose default would swallow ctrl-p at a terminal.
    ObjectNode body =
        JsonNodeFactory.instance
            .objectNode()
            .put("Tty", true)
            .put("AttachStdin", command.stdin())
            .put("AttachStdout", true)
            .put("AttachStderr", true)
            .put("DetachKeys", HijackedStream.DETACH_KEYS);
    command.command().forEach(body.putArray("Cmd")::add);
    StringBuilder id = new StringBuilder();
    engine.stream(
        what,
        "/containers/" + containerId + "/exec",
        Map.of("Content-Type", "application/json"),
        new ByteArrayInputStream(body.toString().getBytes(StandardCharsets.UTF_8)),
        answer -> id.append(answer.path("Id").asText()));
    return id.toString();
  }

  /** The command's input and output. */
  public HijackedStream stream() {
    return stream;
  }

  /**
   * Tells the command's terminal its new size, in characters. The engine accepts a command before
   * it has started it, and has no terminal until then: that is waited for.
   */
  public void resize(int width, int height) throws InterruptedException {
    awaitStart();
    engine.call(
        "resize the terminal of exec " + execId,
        client -> client.resizeExecCmd(execId).withSize(height, width).exec());
  }

  /** Waits until the command runs or has ended, or {@link #START_LIMIT} is over. */
  private InspectExecResponse awaitStart() throws InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      InspectExecResponse state = inspect();
      if (Boolean.TRUE.equals(state.isRunning())
          || state.getExitCodeLong() != null
          || System.nanoTime() > deadline) {
        return state;
      }
      Thread.sleep(POLL);
    }
  }

  /**
   * The exit status of the command, whose output has ended: 128 plus the signal's number when one
   * ended it.
   *
   * @param limit how long it may go on after it has closed its output
   * @throws CriException {@code UNAVAILABLE} when the engine has still no status after the limit
   */
  public int awaitExit(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Duration pause = POLL;
    while (true) {
      InspectExecResponse state = inspect();
      Long status = state.getExitCodeLong();
      if (!Boolean.TRUE.equals(state.isRunning()) && status != null) {
        return status.intValue();
      }
      if (System.nanoTime() > deadline) {
        throw CriException.unavailable(
            "exec %s in container %s closed its output but still runs after %d s"
                .formatted(execId, containerId, limit.toSeconds()),
            null);
      }
      Thread.sleep(pause);
      pause = pause.compareTo(LONGEST_POLL) < 0 ? pause.multipliedBy(2) : LONGEST_POLL;
    }
  }

  /** Whether an exit status only says that the engine could not start the program. */
  public boolean isStartFailure(int status) throws InterruptedException {
    if (status != 126 && status != 127) {
      return false;
    }
    Long pid = inspect().getPidLong();
    return pid == null || pid == 0;
  }

  private InspectExecResponse inspect() throws InterruptedException {
    return engine.call("inspect exec " + execId, client -> client.inspectExecCmd(execId).exec());
  }

  /**
   * Kills the command with everything it started that still belongs to it, whatever interrupts the
   * thread; needs root.
   */
  public void kill() {
    boolean interrupted = Thread.interrupted();
    try {
      InspectExecResponse state = awaitStart();
      Long pid = state.getPidLong();
      if (Boolean.TRUE.equals(state.isRunning()) && pid != null && pid > 0) {
        ProcessTree.of(pid).kill();
      }
    } catch (InterruptedException e) {
      interrupted = true;
      log.warn("exec {} in container {} may still run: interrupted twice", execId, containerId);
    } catch (CriException e) {
      // With the container, all that ran in it has gone.
      if (e.code() != Status.Code.NOT_FOUND) {
        log.warn("exec {} in container {} may still run: {}", execId, containerId, e.getMessage());
      }
    } catch (UncheckedIOException e) {
      log.warn("exec {} in container {} may still run: {}", execId, containerId, e.getMessage());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
