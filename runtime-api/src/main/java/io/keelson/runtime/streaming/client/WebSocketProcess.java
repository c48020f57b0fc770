package io.keelson.runtime.streaming.client;

import static io.keelson.runtime.streaming.StreamProtocols.ERROR_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.RESIZE_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.STDERR_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.STDIN_CHANNEL;
import static io.keelson.runtime.streaming.StreamProtocols.STDOUT_CHANNEL;

import io.keelson.runtime.streaming.StreamProtocols;
import io.keelson.runtime.streaming.StreamSelection;
import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.websocket.WebSocketChannels;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Set;

/** A command over WebSocket channels. */
final class WebSocketProcess implements RemoteProcess {
  private final WebSocketChannels channels;
  private final boolean statusDocument;
  private final StreamSelection selection;
  private final OutputStream stdin;

  WebSocketProcess(Duplex transport, String protocol, StreamSelection selection) {
    this.channels =
        WebSocketChannels.client(
            transport,
            StreamProtocols.channels(protocol),
            Set.of(STDOUT_CHANNEL, STDERR_CHANNEL, ERROR_CHANNEL));
    this.statusDocument = StreamProtocols.hasStatusDocument(protocol);
    this.selection = selection;
    this.stdin = new Stdin(channels.output(STDIN_CHANNEL));
    Thread.ofVirtual().name("websocket-client").start(channels::run);
  }

  @Override
  public OutputStream stdin() {
    return selection.stdin() ? stdin : OutputStream.nullOutputStream();
  }

  @Override
  public InputStream stdout() {
    return selection.stdout() ? channels.input(STDOUT_CHANNEL) : InputStream.nullInputStream();
  }

  @Override
  public InputStream stderr() {
    return selection.stderr() ? channels.input(STDERR_CHANNEL) : InputStream.nullInputStream();
  }

  @Override
  public void resize(int width, int height) throws IOException {
    if (!selection.tty()) {
      throw new IOException("there is no terminal to resize");
    }
    channels.output(RESIZE_CHANNEL).write(SpdyProcess.size(width, height));
  }

  @Override
  public int awaitExit() throws IOException {
    return ExitStatus.read(channels.input(ERROR_CHANNEL), statusDocument);
  }

  @Override
  public void close() {
    channels.terminate(new IOException("the client has closed the connection"));
  }

  private final class Stdin extends OutputStream {
    private final OutputStream channel;

    Stdin(OutputStream channel) {
      this.channel = channel;
    }

    @Override
    public void write(int b) throws IOException {
      channel.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      channel.write(bytes, offset, length);
    }

    @Override
    public void close() throws IOException {
      channels.end(STDIN_CHANNEL);
    }
  }
}
