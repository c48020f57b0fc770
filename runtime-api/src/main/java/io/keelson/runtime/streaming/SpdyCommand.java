package io.keelson.runtime.streaming;

import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.spdy.SpdyConnection;
import io.keelson.runtime.streaming.spdy.SpdyStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** An exec or attach over SPDY: waits for the client's streams, then runs the command. */
final class SpdyCommand {
  private final String protocol;
  private final ConnectionContext context;
  private final Set<String> awaited = new HashSet<>(Set.of(StreamTypes.ERROR));
  private final Map<String, SpdyStream> opened = new HashMap<>();
  private final CompletableFuture<Map<String, SpdyStream>> complete = new CompletableFuture<>();

  SpdyCommand(StreamSelection selection, String protocol, ConnectionContext context) {
    this.protocol = protocol;
    this.context = context;
    await(selection.stdin(), StreamTypes.STDIN);
    await(selection.stdout(), StreamTypes.STDOUT);
    await(selection.stderr(), StreamTypes.STDERR);
    await(selection.tty() && StreamProtocols.hasResize(protocol), StreamTypes.RESIZE);
  }

  private void await(boolean wanted, String type) {
    if (wanted) {
      awaited.add(type);
    }
  }

  /** Serves the connection to its end. */
  void serve(Duplex transport, RemoteCommand<?> command) throws IOException, InterruptedException {
    SpdyConnection connection =
        SpdyConnection.server(transport, this::opened, context.watch()::touch);
    try (InterruptOnLoss loss = new InterruptOnLoss()) {
      context.watch().upgraded(connection::terminate, connection::ping);
      context.threads().start("spdy", () -> read(connection));
      Map<String, SpdyStream> streams = awaitStreams();
      SpdyStream error = Objects.requireNonNull(streams.get(StreamTypes.ERROR));
      error.onAbort(loss::interrupt);
      CommandStreams client = streams(streams, error);
      Outcome outcome = command.run(client);
      loss.close();
      if (!loss.isLost()) {
        client.finish(outcome);
        connection.finish(ConnectionContext.LINGER);
      }
    } finally {
      connection.terminate(new IOException("the command has ended"));
    }
  }

  private void read(SpdyConnection connection) {
    try {
      connection.run();
    } finally {
      complete.completeExceptionally(new IOException("the client is gone"));
    }
  }

  private void opened(SpdyStream stream) {
    String type = stream.header(StreamTypes.HEADER);
    if (!awaited.remove(type)) {
      stream.reset();
      return;
    }
    stream.reply();
    opened.put(type, stream);
    if (awaited.isEmpty()) {
      complete.complete(Map.copyOf(opened));
    }
  }

  private Map<String, SpdyStream> awaitStreams() throws IOException, InterruptedException {
    try (var _ =
        context
            .deadlines()
            .after(
                context.creationTimeout(),
                () ->
                    complete.completeExceptionally(
                        new IOException("the client did not open all its streams in time")))) {
      return complete.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  private CommandStreams streams(Map<String, SpdyStream> streams, SpdyStream error) {
    return new CommandStreams(
        input(streams.get(StreamTypes.STDIN)),
        output(streams.get(StreamTypes.STDOUT)),
        output(streams.get(StreamTypes.STDERR)),
        input(streams.get(StreamTypes.RESIZE)),
        error.output(),
        StreamProtocols.hasStatusDocument(protocol));
  }

  private static @Nullable InputStream input(@Nullable SpdyStream stream) {
    return stream == null ? null : stream.input();
  }

  private static @Nullable OutputStream output(@Nullable SpdyStream stream) {
    return stream == null ? null : stream.output();
  }
}
