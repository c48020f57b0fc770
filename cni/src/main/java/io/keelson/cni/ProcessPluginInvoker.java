package io.keelson.cni;

import io.keelson.linux.ProcessGroups;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs plugins as child processes, each in a session of its own ({@code setsid(1)}, where the
 * machine has it), so that killing one reaches everything it started. A plugin's outcome is that of
 * the plugin itself: a process it leaves behind in its session may keep running, but not keep the
 * plugin's pipes open.
 */
public final class ProcessPluginInvoker implements PluginInvoker {
  /** A plugin that writes more to its standard output is killed. */
  public static final int MAX_OUTPUT_BYTES = 1 << 20;

  /** How much of the end of standard error is kept. */
  static final int MAX_ERROR_BYTES = 16 << 10;

  private static final int BUSY_TRIES = 6;

  /** Only for processes that left the plugin's session and keep its pipes open. */
  private static final Duration READERS_AFTER_KILL = Duration.ofSeconds(1);

  /** For what a plugin leaves behind with its pipes open, before it is killed. */
  private static final Duration READERS_AFTER_END = Duration.ofMillis(500);

  /** What {@code setsid} says, after its own name, of a program that is being written. */
  private static final Pattern BUSY =
      Pattern.compile("setsid: .*text file busy", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final ProcessGroups groups;
  private final Optional<Path> setsid;
  private final Duration busyPause;

  /** Creates it for the programs of this machine. */
  public ProcessPluginInvoker(ProcessGroups groups) {
    this(groups, Duration.ofSeconds(1));
  }

  /**
   * Creates it with another pause between tries.
   *
   * @param busyPause between tries of a program that is just being written
   */
  ProcessPluginInvoker(ProcessGroups groups, Duration busyPause) {
    this.groups = groups;
    this.busyPause = busyPause;
    this.setsid = findSetsid();
  }

  @Override
  public PluginOutcome invoke(PluginCall call) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + call.timeLimit().toNanos();
    for (int tries = 1; ; tries++) {
      boolean busy;
      try {
        PluginOutcome outcome = runOnce(call, deadline);
        busy = outcome.exitStatus() != 0 && BUSY.matcher(outcome.errors()).lookingAt();
        if (!busy || tries == BUSY_TRIES) {
          return outcome;
        }
      } catch (StartException e) {
        if (!e.busy() || tries == BUSY_TRIES) {
          throw e;
        }
      }
      Thread.sleep(busyPause);
    }
  }

  private PluginOutcome runOnce(PluginCall call, long deadline)
      throws IOException, InterruptedException {
    Process process = start(call);
    BoundedReader output = BoundedReader.head(process.getInputStream(), MAX_OUTPUT_BYTES);
    BoundedReader errors = BoundedReader.tail(process.getErrorStream(), MAX_ERROR_BYTES);
    Thread.ofVirtual().start(() -> feed(process, call.input()));
    var _ = killLaterWhatKeepsOpen(process, output, errors);
    boolean ended = false;
    try {
      boolean inTime = output.await(deadline);
      if (output.overflowed()) {
        throw new IOException(
            "wrote more than " + MAX_OUTPUT_BYTES + " bytes to its standard output and was killed");
      }
      inTime =
          inTime
              && errors.await(deadline)
              && process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (!inTime) {
        throw new IOException(
            "did not end within " + call.timeLimit().toMillis() + " ms and was killed");
      }
      ended = true;
      return new PluginOutcome(
          process.exitValue(), output.bytes(), new String(errors.bytes(), StandardCharsets.UTF_8));
    } finally {
      if (!ended) {
        killAll(process);
        long limit = System.nanoTime() + READERS_AFTER_KILL.toNanos();
        output.awaitUninterruptibly(limit);
        errors.awaitUninterruptibly(limit);
      }
    }
  }

  private Process start(PluginCall call) throws IOException {
    String program = call.program().toAbsolutePath().toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            setsid.map(path -> List.of(path.toString(), program)).orElse(List.of(program)));
    builder.environment().putAll(call.environment());
    try {
      return builder.start();
    } catch (IOException e) {
      throw new StartException(e);
    }
  }

  private static void feed(Process process, byte[] input) {
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(input);
    } catch (IOException e) {
      // A plugin need not read its input; whether it did its work its exit status says.
    }
  }

  private CompletableFuture<Void> killLaterWhatKeepsOpen(
      Process process, BoundedReader output, BoundedReader errors) {
    Executor later =
        CompletableFuture.delayedExecutor(
            READERS_AFTER_END.toMillis(),
            TimeUnit.MILLISECONDS,
            task -> Thread.ofVirtual().start(task));
    return process
        .onExit()
        .thenRunAsync(
            () -> {
              if (!output.ended() || !errors.ended()) {
                killAll(process);
              }
            },
            later);
  }

  /** Descendants are listed first: once their parents are dead nothing connects them with it. */
  private void killAll(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    if (setsid.isPresent()) {
      groups.kill(process.pid());
    }
    process.destroyForcibly();
    descendants.forEach(ProcessHandle::destroyForcibly);
  }

  private static Optional<Path> findSetsid() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    return Stream.of(path.split(File.pathSeparator))
        .filter(directory -> directory.startsWith("/"))
        .map(directory -> Path.of(directory, "setsid"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** A program the kernel would not start. */
  private static final class StartException extends IOException {
    private static final long serialVersionUID = 1L;

    StartException(IOException cause) {
      super("could not be started: " + cause.getMessage(), cause);
    }

    boolean busy() {
      return String.valueOf(getMessage()).contains("Text file busy");
    }
  }
}
