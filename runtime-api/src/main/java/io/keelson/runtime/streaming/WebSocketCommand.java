package io.keelson.runtime.streaming;

import static io.keelson.runtime.streaming.StreamProtocols.ERROR_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.RESIZE_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.STDERR_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.STDIN_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.STDOUT_CHANNEL;

import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.websocket.WebSocketChannels;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** An exec or attach over WebSocket channels. */
final class WebSocketCommand {
  private final StreamSelection selection;
  private final String protocol;
  private final ConnectionContext context;

  WebSocketCommand(StreamSelection selection, String protocol, ConnectionContext context) {
    this.selection = selection;
    this.protocol = protocol;
    this.context = context;
  }

  /** Serves the connection to its end. */
  void serve(Duplex transport, RemoteCommand<?> command) throws IOException, InterruptedException {
    Set<Integer> inputs = new HashSet<>();
    if (selection.stdin()) {
      inputs.add(STDIN_CHANNEL);
    }
    if (selection.tty()) {
      inputs.add(RESIZE_CHANNEL);
    }
    try (InterruptOnLoss loss = new InterruptOnLoss()) {
      WebSocketChannels channels =
          WebSocketChannels.server(
              transport,
              StreamProtocols.channels(protocol),
              inputs,
              context.watch()::touch,
              loss::interrupt);
      try {
        context.watch().upgraded(channels::terminate, channels::ping);
        context.threads().start("websocket", channels::run);
        channels.announce(firstOutput());
        CommandStreams client = streams(channels);
        Outcome outcome = command.run(client);
        loss.close();
        if (!loss.isLost()) {
          client.finish(outcome);
          channels.finish(ConnectionContext.LINGER);
        }
      } finally {
        channels.terminate(new IOException("the command has ended"));
      }
    }
  }

  private int firstOutput() {
    if (selection.stdout()) {
      return STDOUT_CHANNEL;
    }
    return selection.stderr() ? STDERR_CHANNEL : ERROR_CHANNEL;
  }

  private CommandStreams streams(WebSocketChannels channels) {
    return new CommandStreams(
        selection.stdin() ? channels.input(STDIN_CHANNEL) : null,
        selection.stdout() ? channels.output(STDOUT_CHANNEL) : null,
        selection.stderr() ? channels.output(STDERR_CHANNEL) : null,
        selection.tty() ? channels.input(RESIZE_CHANNEL) : null,
        channels.output(ERROR_CHANNEL),
        StreamProtocols.hasStatusDocument(protocol));
  }
}
