package io.keelson.runtime.streaming.spdy;

import io.keelson.runtime.streaming.flow.Duplex;
import io.keelson.runtime.streaming.flow.FrameSink;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A SPDY/3.1 connection. {@link #run} reads it until its end; everything else may come from any
 * thread.
 *
 * <p>Flow control: this side tells how much room it has, but never relies on the peer to heed it,
 * because Kubernetes' peers do not; a stream whose reader is slow then holds up the connection. A
 * peer that announces windows of its own is never sent more than it has room for.
 */
public final class SpdyConnection {
  /** The bytes a stream buffers for a slow reader; SPDY's initial window. */
  static final int WINDOW_SIZE = 64 * 1024;

  static final int REFUSED_STREAM = 3;
  static final int CANCEL = 5;

  /** The most streams a peer may have open at once; further ones are refused. */
  public static final int STREAM_LIMIT = 2048;

  private static final int CHUNK_SIZE = 16 * 1024;
  private static final int GOAWAY_OK = 0;

  private final boolean server;
  private final Duplex transport;
  private final Consumer<SpdyStream> onOpened;
  private final Runnable onActivity;
  private final SpdyReader reader;
  private final SpdyWriter writer = new SpdyWriter();
  private final FrameSink sink;
  private final SendWindow window = new SendWindow();
  private final Map<Integer, SpdyStream> streams = new ConcurrentHashMap<>();
  private final AtomicBoolean terminated = new AtomicBoolean();
  private final AtomicBoolean pinging = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private int nextStreamId;
  private int nextPingId;
  private int lastPeerStreamId;
  private int unreported;
  private @Nullable Integer peerWindow;
  private volatile boolean peerCounts;

  private SpdyConnection(
      boolean server, Duplex transport, Consumer<SpdyStream> onOpened, Runnable onActivity) {
    this.server = server;
    this.transport = transport;
    this.onOpened = onOpened;
    this.onActivity = onActivity;
    this.reader = new SpdyReader(transport.input());
    this.sink =
        new FrameSink(
            transport.output(), () -> writingFailed(new IOException("the connection is broken")));
    this.nextStreamId = server ? 2 : 1;
    this.nextPingId = server ? 2 : 1;
  }

  /**
   * The server's side.
   *
   * @param onOpened is given each stream the client opens, on the thread in {@link #run}; must not
   *     wait, and has to reply to the stream or reset it
   * @param onActivity runs whenever data comes or goes
   */
  public static SpdyConnection server(
      Duplex transport, Consumer<SpdyStream> onOpened, Runnable onActivity) {
    return new SpdyConnection(true, transport, onOpened, onActivity);
  }

  /** The client's side, which refuses streams from the server. */
  public static SpdyConnection client(Duplex transport) {
    return new SpdyConnection(false, transport, stream -> stream.reset(REFUSED_STREAM), () -> {});
  }

  /** Reads the connection until it ends, for whatever reason; then all its streams have. */
  public void run() {
    IOException cause = new EOFException("the peer closed the connection");
    try {
      sendSoon(new SpdyFrame.Settings(Map.of(SpdyFrame.INITIAL_WINDOW_SIZE, WINDOW_SIZE)));
      byte[] chunk = new byte[CHUNK_SIZE];
      for (SpdyFrame frame = reader.next(); frame != null; frame = reader.next()) {
        handle(frame, chunk);
      }
    } catch (IOException e) {
      cause = e;
    } finally {
      terminate(cause);
      reader.close();
      ended.countDown();
    }
  }

  private void handle(SpdyFrame frame, byte[] chunk) throws IOException {
    switch (frame) {
      case SpdyFrame.Data data -> receive(data, chunk);
      case SpdyFrame.SynStream syn -> opened(syn);
      case SpdyFrame.SynReply reply -> {
        SpdyStream stream = streams.get(reply.streamId());
        if (stream != null) {
          stream.replied();
          endIf(reply.fin(), stream);
        }
      }
      case SpdyFrame.MoreHeaders more -> endIf(more.fin(), streams.get(more.streamId()));
      case SpdyFrame.RstStream reset -> {
        SpdyStream stream = streams.get(reset.streamId());
        if (stream != null) {
          wasReset(stream, reset.status());
        }
      }
      case SpdyFrame.Ping ping -> {
        if ((ping.id() & 1) == (server ? 1 : 0)) {
          sendSoon(ping);
        }
      }
      case SpdyFrame.Settings settings -> apply(settings);
      case SpdyFrame.WindowUpdate update -> {
        peerCounts = true;
        SpdyStream stream = streams.get(update.streamId());
        if (update.streamId() == 0) {
          window.add(update.delta());
        } else if (stream != null) {
          stream.window().add(update.delta());
        }
      }
      // It opens no streams any more; those that are open go on until they or the connection end.
      case SpdyFrame.GoAway _ -> {}
    }
  }

  private static void wasReset(SpdyStream stream, int status) {
    IOException cause =
        new IOException("the peer reset stream %d with status %d".formatted(stream.id(), status));
    if (stream.endsByCancel() && status == CANCEL) {
      stream.endAfterAll(cause);
    } else {
      stream.abort(cause);
    }
  }

  /**
   * Whether the peer is told what was read. Servers written in Go know nothing of windows, and are
   * gone when they have sent the last of it; to write to them then would reset the connection, and
   * what is not read yet would be lost.
   */
  boolean reportsWhatIsRead() {
    return server || peerCounts;
  }

  private static void endIf(boolean fin, @Nullable SpdyStream stream) {
    if (fin && stream != null) {
      stream.receiveEnd();
    }
  }

  private void receive(SpdyFrame.Data data, byte[] chunk) throws IOException {
    onActivity.run();
    SpdyStream stream = streams.get(data.streamId());
    for (int count = reader.readPayload(chunk); count >= 0; count = reader.readPayload(chunk)) {
      if (stream != null) {
        stream.receive(chunk, count);
      }
      unreported += count;
      if (unreported >= WINDOW_SIZE / 2 && reportsWhatIsRead()) {
        sendSoon(new SpdyFrame.WindowUpdate(0, unreported));
        unreported = 0;
      }
    }
    endIf(data.fin(), stream);
  }

  private void opened(SpdyFrame.SynStream syn) throws ProtocolException {
    int id = syn.streamId();
    if (id <= lastPeerStreamId || (id & 1) != (server ? 1 : 0)) {
      throw new ProtocolException(
          "the peer opened stream %d after stream %d".formatted(id, lastPeerStreamId));
    }
    lastPeerStreamId = id;
    SpdyStream stream = new SpdyStream(this, id, syn.headers(), false);
    if (streams.size() >= STREAM_LIMIT || syn.unidirectional()) {
      stream.reset(REFUSED_STREAM);
      return;
    }
    register(stream);
    endIf(syn.fin(), stream);
    onActivity.run();
    onOpened.accept(stream);
  }

  private void register(SpdyStream stream) {
    synchronized (streams) {
      if (peerWindow != null) {
        stream.window().enforce(peerWindow);
      }
      streams.put(stream.id(), stream);
    }
    // One that comes after the end would otherwise wait for ever.
    if (terminated.get()) {
      stream.abort(new IOException("the connection is closed"));
    }
  }

  private void apply(SpdyFrame.Settings settings) {
    Integer announced = settings.values().get(SpdyFrame.INITIAL_WINDOW_SIZE);
    if (announced == null) {
      return;
    }
    peerCounts = true;
    synchronized (streams) {
      Integer before = peerWindow;
      peerWindow = announced;
      for (SpdyStream stream : streams.values()) {
        if (before == null) {
          stream.window().enforce(announced);
        } else {
          stream.window().add((long) announced - before);
        }
      }
      window.enforce(WINDOW_SIZE);
    }
  }

  /**
   * Opens a stream; the peer has yet to reply to it.
   *
   * @param headers names in lower case
   * @throws IOException when the connection is broken or closed
   */
  public SpdyStream open(Map<String, String> headers) throws IOException {
    return open(headers, false);
  }

  /**
   * Opens a stream of which the peer may tell the end by cancelling it, as servers written in Go do
   * when all is sent. That something is missing must show elsewhere.
   *
   * @param headers names in lower case
   * @throws IOException when the connection is broken or closed
   */
  public SpdyStream openUntilCancelled(Map<String, String> headers) throws IOException {
    return open(headers, true);
  }

  private SpdyStream open(Map<String, String> headers, boolean endsByCancel) throws IOException {
    Map<String, List<String>> values = new LinkedHashMap<>();
    headers.forEach((name, value) -> values.put(name, List.of(value)));
    SpdyFrame.Headers fields = new SpdyFrame.Headers(Collections.unmodifiableMap(values));
    SpdyStream[] opened = new SpdyStream[1];
    // Within the frame, because ids must go out in rising order.
    sink.send(out -> {
      SpdyStream stream = new SpdyStream(this, nextStreamId, fields, endsByCancel);
      nextStreamId += 2;
      register(stream);
      opened[0] = stream;
      writer.write(new SpdyFrame.SynStream(stream.id(), false, false, fields), out);
    });
    return opened[0];
  }

  SendWindow window() {
    return window;
  }

  void sendData(int streamId, boolean fin, byte[] bytes, int offset, int count) throws IOException {
    onActivity.run();
    sink.send(out -> {
      writer.write(new SpdyFrame.Data(streamId, fin, count), out);
      out.write(bytes, offset, count);
    });
  }

  void sendSoon(SpdyFrame frame) {
    sink.sendSoon(out -> writer.write(frame, out));
  }

  void forget(SpdyStream stream) {
    streams.remove(stream.id(), stream);
  }

  /**
   * Sends a sign of life, unless the last one still waits to go out. A peer that is gone shows by
   * the write that fails, even while nobody reads. Does not wait.
   */
  public void ping() {
    if (pinging.compareAndSet(false, true)) {
      sink.sendSoon(out -> {
        pinging.set(false);
        writer.write(new SpdyFrame.Ping(nextPingId), out);
        nextPingId = (nextPingId + 2) & Integer.MAX_VALUE;
      });
    }
  }

  /**
   * Ends the connection in order: resets the streams that are still open, takes leave, and waits
   * for the peer to close its side.
   *
   * @param limit how long it waits at most; the connection is dropped then
   */
  public void finish(Duration limit) throws InterruptedException {
    try {
      streams.values().forEach(SpdyStream::reset);
      sink.send(out -> writer.write(new SpdyFrame.GoAway(lastPeerStreamId, GOAWAY_OK), out));
      transport.shutdownOutput();
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

  /** A server may have closed behind its last words, which are still to be read. */
  private void writingFailed(IOException cause) {
    if (server) {
      terminate(cause);
    } else {
      window.fail(cause);
      streams.values().forEach(stream -> stream.window().fail(cause));
    }
  }

  /** Drops the connection: all waiting ends with this failure. Does not wait. Repeatable. */
  public void terminate(IOException cause) {
    if (terminated.compareAndSet(false, true)) {
      transport.close();
      sink.close();
      window.fail(cause);
      streams.values().forEach(stream -> stream.abort(cause));
      writer.close();
    }
  }
}
