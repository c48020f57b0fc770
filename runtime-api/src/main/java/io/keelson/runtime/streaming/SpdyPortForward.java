package io.keelson.runtime.streaming;

import io.keelson.runtime.streaming.PortRelay.ForwardingException;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.spdy.SpdyConnection;
import io.keelson.runtime.streaming.spdy.SpdyStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A port-forward over SPDY: any number of forwarded connections at once, each of two streams with
 * one request id, one for its bytes and one for what went wrong.
 */
final class SpdyPortForward {
  private static final Logger log = LoggerFactory.getLogger(SpdyPortForward.class);
  private static final int PORT_LIMIT = 65535;

  private final PortRelay relay;
  private final ConnectionContext context;
  private final Map<String, Pair> incomplete = new HashMap<>();

  SpdyPortForward(PortRelay relay, ConnectionContext context) {
    this.relay = relay;
    this.context = context;
  }

  /** The streams of one forwarded connection, as far as they are there. */
  private static final class Pair {
    private final String requestId;
    private Deadlines.@Nullable Deadline deadline;
    private @Nullable SpdyStream error;
    private @Nullable SpdyStream data;

    Pair(String requestId) {
      this.requestId = requestId;
    }
  }

  /** Serves the connection to its end. */
  void serve(Duplex transport) {
    SpdyConnection connection =
        SpdyConnection.server(transport, this::opened, context.watch()::touch);
    context.watch().upgraded(connection::terminate, connection::ping);
    try {
      connection.run();
    } finally {
      callOff();
    }
  }

  private synchronized void callOff() {
    for (Pair pair : incomplete.values()) {
      if (pair.deadline != null) {
        pair.deadline.close();
      }
    }
    incomplete.clear();
  }

  private void opened(SpdyStream stream) {
    String type = stream.header(StreamTypes.HEADER);
    boolean error = type.equals(StreamTypes.ERROR);
    if (port(stream) == 0 || (!error && !type.equals(StreamTypes.DATA))) {
      stream.reset();
      return;
    }
    stream.reply();
    String requestId = requestId(stream, error);
    synchronized (this) {
      Pair pair = incomplete.computeIfAbsent(requestId, this::begin);
      SpdyStream first = error ? pair.error : pair.data;
      if (first != null) {
        complain(pair, "error processing stream for request %s: %s stream already assigned", type);
        stream.reset();
        return;
      }
      if (error) {
        pair.error = stream;
      } else {
        pair.data = stream;
      }
      if (pair.error != null && pair.data != null) {
        drop(pair);
        SpdyStream errors = pair.error;
        SpdyStream bytes = pair.data;
        context.threads().start("port", () -> forward(errors, bytes));
      }
    }
  }

  /** Old clients give none: their data stream is the one opened right after its error stream. */
  private static String requestId(SpdyStream stream, boolean error) {
    String given = stream.header(StreamTypes.REQUEST_ID);
    if (!given.isEmpty()) {
      return given;
    }
    return "stream " + (error ? stream.id() : stream.id() - 2);
  }

  private Pair begin(String requestId) {
    Pair pair = new Pair(requestId);
    pair.deadline = context.deadlines().after(context.creationTimeout(), () -> expire(pair));
    return pair;
  }

  private synchronized void expire(Pair pair) {
    drop(pair);
    complain(pair, "request %s timed out waiting for its %s stream", missing(pair));
    if (pair.data != null) {
      pair.data.reset();
    }
  }

  private static String missing(Pair pair) {
    return pair.data == null ? StreamTypes.DATA : StreamTypes.ERROR;
  }

  private void drop(Pair pair) {
    incomplete.remove(pair.requestId, pair);
    if (pair.deadline != null) {
      pair.deadline.close();
    }
  }

  /** Tells a pair's client what is wrong, on a thread that may wait for it. */
  private void complain(Pair pair, String message, String type) {
    SpdyStream errors = pair.error;
    if (errors != null) {
      context
          .threads()
          .start(
              "error",
              () -> {
                tell(errors, message.formatted(pair.requestId, type));
                errors.reset();
              });
    }
  }

  private static void tell(SpdyStream errors, String message) throws IOException {
    errors.output().write(message.getBytes(StandardCharsets.UTF_8));
    errors.output().close();
  }

  private void forward(SpdyStream errors, SpdyStream data)
      throws IOException, InterruptedException {
    try {
      relay.relay(port(data), data.input(), data.output(), data::onAbort);
    } catch (ForwardingException e) {
      // The resets come after the text, so that a client may try again on the same connection.
      tell(errors, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      // The reset alone passes this on: at a text, clients give up all connections they forward.
      log.debug("a forwarded connection broke off: {}", e.getMessage());
    } finally {
      errors.output().close();
      errors.reset();
      data.reset();
    }
  }

  /** The port a stream is for; 0 when it names none. */
  private static int port(SpdyStream stream) {
    try {
      int port = Integer.parseInt(stream.header(StreamTypes.PORT));
      return port >= 1 && port <= PORT_LIMIT ? port : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
