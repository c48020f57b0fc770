package io.keelson.runtime.streaming;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.PortConnection;
import io.keelson.runtime.spi.StreamingSessions;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins a client to TCP ports of one pod. Each direction ends for itself: a client that has sent
 * all it wants still gets the answer.
 */
final class PortRelay {
  private static final Logger log = LoggerFactory.getLogger(PortRelay.class);

  /** How long a client may go on sending to a pod that has ended its own direction. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(10);

  private final String podSandboxId;
  private final StreamingSessions sessions;
  private final ConnectionThreads threads;

  PortRelay(String podSandboxId, StreamingSessions sessions, ConnectionThreads threads) {
    this.podSandboxId = podSandboxId;
    this.sessions = sessions;
    this.threads = threads;
  }

  /** The connection could not be made; the message is for the client's user. */
  static final class ForwardingException extends Exception {
    private static final long serialVersionUID = 1L;

    private ForwardingException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Relays one connection to its end.
   *
   * @param onLoss is given what to do when the client is lost, each time in place of what it was
   *     given before; does it at once when that has happened already
   * @throws ForwardingException when the connection cannot be made
   * @throws IOException when it is made and breaks off, on either side
   */
  void relay(int port, InputStream fromClient, OutputStream toClient, Consumer<Runnable> onLoss)
      throws ForwardingException, IOException, InterruptedException {
    try (PortConnection connection = connect(port, onLoss)) {
      onLoss.accept(connection::close);
      OutputStream toPod = connection.output();
      Thread sending =
          threads.start(
              "forward",
              () -> {
                try {
                  copy(fromClient, toPod);
                } catch (IOException e) {
                  connection.close();
                  fromClient.close();
                  throw e;
                }
              });
      copy(connection.input(), toClient);
      sending.join(LAST_WORDS);
    }
  }

  /**
   * Only this may be interrupted: an interrupt that hits a write to the client would close the
   * socket that all its forwarded connections share.
   */
  private PortConnection connect(int port, Consumer<Runnable> onLoss)
      throws ForwardingException, InterruptedException {
    try (InterruptOnLoss loss = new InterruptOnLoss()) {
      onLoss.accept(loss::interrupt);
      return sessions.connect(podSandboxId, port);
    } catch (IOException | CriException e) {
      throw failed(port, String.valueOf(e.getMessage()), e);
    } catch (RuntimeException e) {
      log.error("forwarding port {} of pod {} failed unexpectedly", port, podSandboxId, e);
      throw failed(port, "the daemon's log has the details", e);
    }
  }

  private ForwardingException failed(int port, String why, Exception cause) {
    return new ForwardingException(
        "error forwarding port %d to pod %s: %s".formatted(port, podSandboxId, why), cause);
  }

  private static void copy(InputStream from, OutputStream to) throws IOException {
    byte[] buffer = new byte[16 * 1024];
    for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
      to.write(buffer, 0, count);
      to.flush();
    }
    to.close();
  }
}
