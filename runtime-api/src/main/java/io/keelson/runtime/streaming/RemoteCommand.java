package io.keelson.runtime.streaming;

import io.keelson.runtime.spi.ContainerSession;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a client's streams to a session and sees it through to its outcome. Input, output and
 * terminal sizes flow at the pace of the slower side, each on a thread of its own.
 */
final class RemoteCommand<S extends ContainerSession> {
  private static final Logger log = LoggerFactory.getLogger(RemoteCommand.class);

  private final String failing;
  private final Opening<S> opening;
  private final Ending<S> ending;
  private final ConnectionThreads threads;

  /** Starts a session; called once the client's streams are there. */
  @FunctionalInterface
  interface Opening<S> {
    S open() throws InterruptedException;
  }

  /** Tells how a session has ended, after its output has. */
  @FunctionalInterface
  interface Ending<S> {
    Outcome await(S session) throws InterruptedException;
  }

  /**
   * Creates it.
   *
   * @param failing what failures begin with, such as {@code error attaching to container}
   */
  RemoteCommand(String failing, Opening<S> opening, Ending<S> ending, ConnectionThreads threads) {
    this.failing = failing;
    this.opening = opening;
    this.ending = ending;
    this.threads = threads;
  }

  /**
   * Runs a session to its end. Whoever loses the client interrupts this thread; the session is
   * closed in any case.
   */
  Outcome run(CommandStreams streams) throws InterruptedException {
    try (S session = opening.open()) {
      InputStream stdin = streams.stdin();
      if (stdin != null) {
        threads.start("stdin", () -> copyInput(stdin, session.stdin()));
      }
      InputStream resize = streams.resize();
      if (resize != null) {
        threads.start("resize", () -> copySizes(new TerminalSizes(resize), session));
      }
      session.copyOutput(streams.stdoutOrNowhere(), streams.stderrOrNowhere());
      return ending.await(session);
    } catch (IOException | CriException e) {
      log.debug("{}: {}", failing, e.getMessage(), e);
      return new Outcome.Failure(failing + ": " + e.getMessage());
    } catch (RuntimeException e) {
      log.error("{}, unexpectedly", failing, e);
      return new Outcome.Failure(failing + "; the daemon's log has the details");
    }
  }

  /** Copies to the end. When the client is lost instead, the process is not told of an end. */
  private static void copyInput(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
      try {
        to.write(buffer, 0, count);
        to.flush();
      } catch (IOException e) {
        // The process is gone or reads no more; its client may still be typing ahead.
        from.close();
        throw e;
      }
    }
    to.close();
  }

  private static void copySizes(TerminalSizes sizes, ContainerSession session)
      throws IOException, InterruptedException {
    for (TerminalSizes.Size size = sizes.next(); size != null; size = sizes.next()) {
      try {
        session.resize(size.width(), size.height());
      } catch (CriException e) {
        log.debug("a terminal keeps its size: {}", e.getMessage());
      }
    }
  }
}
