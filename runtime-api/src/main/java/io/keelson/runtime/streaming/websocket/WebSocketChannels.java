package io.keelson.runtime.streaming.websocket;

import io.keelson.runtime.streaming.flow.BoundedPipe;
import io.keelson.runtime.streaming.flow.Duplex;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Numbered byte streams over one WebSocket, as Kubernetes' {@code channel.k8s.io} protocols have
 * them. {@link #run} reads the connection until its end; everything else may come from any thread.
 *
 * <p>A channel whose reader is slow holds up the connection: the protocol has no other brake.
 */
public final class WebSocketChannels {
  /** The first byte of a message that says which channel the peer has ended (v5). */
  private static final int CLOSE_SIGNAL = 255;

  private static final int BUFFER_SIZE = 64 * 1024;
  private static final int CHUNK_SIZE = 16 * 1024;

  private final boolean server;
  private final WebSocket socket;
  private final ChannelForm form;
  private final boolean closeSignals;
  private final Runnable onActivity;
  private final Runnable onEnd;
  private final Map<Integer, BoundedPipe> inputs = new HashMap<>();
  private final AtomicBoolean terminated = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);

  /** What both sides agree on. */
  public record Protocol(ChannelForm form, boolean closeSignals) {}

  private WebSocketChannels(
      boolean server,
      Duplex transport,
      Protocol protocol,
      Set<Integer> inputs,
      Runnable onActivity,
      Runnable onEnd) {
    this.server = server;
    Runnable onBroken = () -> terminate(new IOException("the connection is broken"));
    this.socket =
        server ? WebSocket.server(transport, onBroken) : WebSocket.client(transport, onBroken);
    this.form = protocol.form();
    this.closeSignals = protocol.closeSignals();
    this.onActivity = onActivity;
    this.onEnd = onEnd;
    for (int channel : inputs) {
      this.inputs.put(channel, new BoundedPipe(BUFFER_SIZE, count -> {}));
    }
  }

  /**
   * The server's side.
   *
   * @param inputs the channels to read; messages for others are passed over
   * @param onActivity runs whenever data comes or goes
   * @param onEnd runs once when the connection has ended, for whatever reason; must not wait
   */
  public static WebSocketChannels server(
      Duplex transport,
      Protocol protocol,
      Set<Integer> inputs,
      Runnable onActivity,
      Runnable onEnd) {
    return new WebSocketChannels(true, transport, protocol, inputs, onActivity, onEnd);
  }

  /** The client's side, as {@link #server}. */
  public static WebSocketChannels client(Duplex transport, Protocol protocol, Set<Integer> inputs) {
    return new WebSocketChannels(false, transport, protocol, inputs, () -> {}, () -> {});
  }

  /**
   * Reads the connection until it ends. For a client an end in order is the end of each channel; a
   * client that ends, however politely, before its command has is a failure of each channel.
   */
  public void run() {
    IOException cause = new EOFException("the peer closed the WebSocket");
    try {
      byte[] chunk = new byte[CHUNK_SIZE];
      for (WebSocket.Message message = socket.nextMessage();
          message != null;
          message = socket.nextMessage()) {
        onActivity.run();
        receive(message.body(), chunk);
      }
      if (!server) {
        inputs.values().forEach(BoundedPipe::end);
      }
    } catch (IOException e) {
      cause = e;
    } finally {
      terminate(cause);
      ended.countDown();
    }
  }

  private void receive(InputStream body, byte[] chunk) throws IOException {
    int first = body.read();
    if (first < 0) {
      return;
    }
    if (closeSignals && first == CLOSE_SIGNAL) {
      int channel = body.read();
      if (channel < 0 || body.read() >= 0) {
        throw new ProtocolException("a CLOSE signal must have one byte after its 255");
      }
      BoundedPipe ending = inputs.get(channel);
      if (ending != null) {
        ending.end();
      }
      return;
    }
    BoundedPipe pipe = inputs.get(form.channel(first));
    if (pipe == null) {
      return;
    }
    InputStream content = form.content(body);
    for (int count = content.read(chunk); count >= 0; count = content.read(chunk)) {
      pipe.write(chunk, 0, count);
    }
  }

  /** What the peer sends on one of the channels to read. */
  public InputStream input(int channel) {
    BoundedPipe pipe = inputs.get(channel);
    if (pipe == null) {
      throw new IllegalArgumentException("channel " + channel + " is not one to read");
    }
    return pipe.source();
  }

  /**
   * What the peer receives on a channel; each write is sent at once and waits until the connection
   * takes it. Closing it ends nothing: see {@link #end}.
   */
  public OutputStream output(int channel) {
    OutputStream messages = form.output(socket, channel);
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        onActivity.run();
        messages.write(bytes, offset, length);
      }
    };
  }

  /** Sends a message without content, by which servers tell that a channel is open. */
  public void announce(int channel) throws IOException {
    form.send(socket, channel, new byte[0], 0, 0);
  }

  /** Tells the peer that nothing more comes on a channel, where the protocol has a way to. */
  public void end(int channel) throws IOException {
    if (closeSignals) {
      socket.send(false, new byte[] {(byte) CLOSE_SIGNAL, (byte) channel});
    }
  }

  /** Sends a sign of life; see {@link WebSocket#ping}. */
  public void ping() {
    socket.ping();
  }

  /**
   * Ends the connection in order and waits for the peer to close its side.
   *
   * @param limit how long it waits at most; the connection is dropped then
   */
  public void finish(Duration limit) throws InterruptedException {
    try {
      socket.sendClose(WebSocket.NORMAL_CLOSURE);
      awaitEnd(limit);
    } catch (IOException e) {
      // The peer was faster: there is nobody to take leave of.
    } finally {
      terminate(new IOException("the connection is closed"));
    }
  }

  /** Waits until {@link #run} has read the connection's end; false when it has not by then. */
  public boolean awaitEnd(Duration limit) throws InterruptedException {
    return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Drops the connection: all waiting ends with this failure. Does not wait. Repeatable. */
  public void terminate(IOException cause) {
    if (terminated.compareAndSet(false, true)) {
      socket.drop();
      inputs.values().forEach(pipe -> pipe.fail(cause));
      onEnd.run();
    }
  }
}
