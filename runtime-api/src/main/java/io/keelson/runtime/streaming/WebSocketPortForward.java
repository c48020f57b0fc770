package io.keelson.runtime.streaming;

import io.keelson.runtime.streaming.PortRelay.ForwardingException;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.websocket.WebSocketChannels;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * A port-forward over WebSocket channels: one connection to each port of the request, made at once.
 * Port number i of them has channel 2i for its bytes and 2i + 1 for what went wrong.
 */
final class WebSocketPortForward {
  /** Channels are numbered by one byte. */
  static final int PORT_LIMIT = 127;

  private final PortRelay relay;
  private final String protocol;
  private final ConnectionContext context;

  /** What to do when the client is lost. Thread-safe. */
  private static final class Loss {
    private final List<Runnable> actions = new ArrayList<>();
    private boolean happened;

    /** Has something done then, or at once. */
    synchronized void onLoss(Runnable action) {
      if (happened) {
        action.run();
      } else {
        actions.add(action);
      }
    }

    synchronized void happen() {
      happened = true;
      actions.forEach(Runnable::run);
    }
  }

  WebSocketPortForward(PortRelay relay, String protocol, ConnectionContext context) {
    this.relay = relay;
    this.protocol = protocol;
    this.context = context;
  }

  /** Serves the connection to its end: the client's leaving, or that of the last port. */
  void serve(Duplex transport, List<Integer> ports) throws IOException, InterruptedException {
    Set<Integer> inputs = new HashSet<>();
    for (int i = 0; i < ports.size(); i++) {
      inputs.add(2 * i);
    }
    Loss loss = new Loss();
    WebSocketChannels channels =
        WebSocketChannels.server(
            transport,
            StreamProtocols.channels(protocol),
            inputs,
            context.watch()::touch,
            loss::happen);
    try {
      context.watch().upgraded(channels::terminate, channels::ping);
      CountDownLatch open = new CountDownLatch(ports.size());
      for (int i = 0; i < ports.size(); i++) {
        int index = i;
        context
            .threads()
            .start(
                "port",
                () -> {
                  try {
                    forward(channels, index, ports.get(index), loss);
                  } finally {
                    open.countDown();
                  }
                });
      }
      context.threads().start("websocket", channels::run);
      open.await();
      channels.finish(ConnectionContext.LINGER);
    } finally {
      channels.terminate(new IOException("the port-forward has ended"));
    }
  }

  private void forward(WebSocketChannels channels, int index, int port, Loss loss)
      throws IOException, InterruptedException {
    OutputStream errors = channels.output(2 * index + 1);
    OutputStream data = channels.output(2 * index);
    byte[] littleEndianPort = {(byte) port, (byte) (port >> 8)};
    data.write(littleEndianPort);
    errors.write(littleEndianPort);
    try {
      relay.relay(port, channels.input(2 * index), data, loss::onLoss);
    } catch (ForwardingException | IOException e) {
      errors.write(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
      channels.input(2 * index).close();
    }
  }
}
