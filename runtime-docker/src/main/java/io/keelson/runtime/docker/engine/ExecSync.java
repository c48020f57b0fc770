package io.keelson.runtime.docker.engine;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ExecSyncResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Runs a command in a container to its end, keeping its output: the CRI's {@code ExecSync}. */
public final class ExecSync {
  private static final Duration EXIT_LIMIT = Duration.ofSeconds(10);

  private ExecSync() {}

  /**
   * Runs a command and waits until it has ended and closed its output. What it prints beyond {@link
   * Containers#EXEC_SYNC_OUTPUT_LIMIT} on either stream is read and dropped. An interrupt kills it.
   *
   * @param timeout zero means none
   * @throws CriException {@code DEADLINE_EXCEEDED} when the command outlived {@code timeout} and
   *     was killed; {@code UNKNOWN} when the program could not be started
   */
  public static ExecSyncResponse run(
      DockerEngine engine, String containerId, List<String> command, Duration timeout)
      throws InterruptedException {
    if (command.isEmpty()) {
      throw CriException.invalidArgument(
          "no command to run in container " + containerId + "; give at least a program");
    }
    CappedOutput stdout = new CappedOutput();
    CappedOutput stderr = new CappedOutput();
    try (ExecSession session =
        ExecSession.start(engine, containerId, new ExecSession.Command(command, false, false))) {
      boolean ended = false;
      try {
        if (!copy(session.stream(), stdout, stderr, timeout)) {
          throw CriException.deadlineExceeded(
              "'%s' in container %s ran longer than %d ms and was killed"
                  .formatted(command.getFirst(), containerId, timeout.toMillis()));
        }
        ended = true;
      } finally {
        if (!ended) {
          session.kill();
        }
      }
      return response(session, containerId, command, stdout, stderr);
    } catch (IOException e) {
      throw CriException.unavailable(
          "the output of '%s' in container %s broke off: %s"
              .formatted(command.getFirst(), containerId, e.getMessage()),
          e);
    }
  }

  private static ExecSyncResponse response(
      ExecSession session,
      String containerId,
      List<String> command,
      CappedOutput stdout,
      CappedOutput stderr)
      throws InterruptedException {
    int status = session.awaitExit(EXIT_LIMIT);
    if (session.isStartFailure(status)) {
      throw new CriException(
          Status.Code.UNKNOWN,
          "cannot run '%s' in container %s: %s"
              .formatted(
                  command.getFirst(),
                  containerId,
                  stdout.bytes().toString(StandardCharsets.UTF_8).strip()),
          null);
    }
    return ExecSyncResponse.newBuilder()
        .setStdout(stdout.bytes())
        .setStderr(stderr.bytes())
        .setExitCode(status)
        .build();
  }

  /** Copies until the output ends (true) or the time is up (false). */
  private static boolean copy(
      HijackedStream stream, CappedOutput stdout, CappedOutput stderr, Duration timeout)
      throws IOException, InterruptedException {
    if (timeout.isZero()) {
      try {
        stream.copyOutput(stdout, stderr);
        return true;
      } catch (IOException e) {
        if (EngineErrors.isInterruption(e)) {
          Thread.interrupted();
          throw (InterruptedException)
              new InterruptedException("interrupted while a command ran").initCause(e);
        }
        throw e;
      }
    }
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    Thread.startVirtualThread(() -> {
      try {
        stream.copyOutput(stdout, stderr);
      } catch (IOException e) {
        failure.set(e);
      } finally {
        done.countDown();
      }
    });
    boolean ended = done.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
    IOException broken = failure.get();
    if (ended && broken != null) {
      throw broken;
    }
    return ended;
  }

  /** Keeps the first bytes up to the limit and drops the rest. */
  private static final class CappedOutput extends OutputStream {
    private final ByteString.Output kept = ByteString.newOutput();

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public synchronized void write(byte[] source, int offset, int length) {
      int room = Containers.EXEC_SYNC_OUTPUT_LIMIT - kept.size();
      kept.write(source, offset, Math.min(room, length));
    }

    synchronized ByteString bytes() {
      return kept.toByteString();
    }
  }
}
