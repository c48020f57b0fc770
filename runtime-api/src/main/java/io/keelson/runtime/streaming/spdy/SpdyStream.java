package io.keelson.runtime.streaming.spdy;

import io.keelson.runtime.streaming.flow.BoundedPipe;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection: bytes both ways, each direction ended for itself. One thread may read
 * while another writes; everything else may come from any thread.
 */
public final class SpdyStream {
  private static final int FRAME_SIZE = 16 * 1024;

  private final SpdyConnection connection;
  private final int id;
  private final SpdyFrame.Headers headers;
  private final boolean endsByCancel;
  private final SendWindow window = new SendWindow();
  private final BoundedPipe received;
  private final Output output = new Output();
  private final CountDownLatch replied = new CountDownLatch(1);
  private int unreported;
  private boolean accepted;
  private boolean localEnded;
  private boolean remoteEnded;
  private @Nullable IOException aborted;
  private @Nullable Runnable onAbort;

  SpdyStream(SpdyConnection connection, int id, SpdyFrame.Headers headers, boolean endsByCancel) {
    this.endsByCancel = endsByCancel;
    this.connection = connection;
    this.id = id;
    this.headers = headers;
    this.received = new BoundedPipe(SpdyConnection.WINDOW_SIZE, this::consumed);
  }

  /** The stream's number: odd when the client opened it. */
  public int id() {
    return id;
  }

  boolean endsByCancel() {
    return endsByCancel;
  }

  /**
   * A header the stream was opened with, its first value; empty when there is none.
   *
   * @param name in lower case
   */
  public String header(String name) {
    return headers.first(name);
  }

  /**
   * What the peer sends. Ends when the peer has ended its direction; fails when the stream is reset
   * or the connection lost. Closing it drops what is still to come.
   */
  public InputStream input() {
    return received.source();
  }

  /**
   * What the peer receives; each write is sent at once and waits until the connection takes it.
   * Closing it ends this direction only.
   */
  public OutputStream output() {
    return output;
  }

  /** Accepts a stream that the peer has opened. Does not wait. */
  public void reply() {
    connection.sendSoon(new SpdyFrame.SynReply(id, false, SpdyFrame.Headers.NONE));
  }

  /**
   * Waits until the peer has accepted a stream this side has opened.
   *
   * @throws IOException when it refuses, or does not answer within the limit
   */
  public void awaitReply(Duration limit) throws IOException, InterruptedException {
    boolean answered = replied.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    synchronized (this) {
      // A stream that was accepted may have run its course by now.
      if (accepted) {
        return;
      }
      if (aborted != null) {
        throw new IOException(aborted.getMessage(), aborted);
      }
    }
    if (!answered) {
      throw new IOException(
          "the peer did not accept stream %d within %d ms".formatted(id, limit.toMillis()));
    }
  }

  /** Ends both directions at once, and tells the peer unless both had ended. Does not wait. */
  public void reset() {
    reset(SpdyConnection.CANCEL);
  }

  void reset(int status) {
    synchronized (this) {
      if (aborted != null || (localEnded && remoteEnded)) {
        return;
      }
      aborted = new IOException("stream " + id + " was reset");
    }
    connection.sendSoon(new SpdyFrame.RstStream(id, status));
    breakOff(new IOException("stream " + id + " was reset"));
  }

  /**
   * Has something done when the peer resets the stream or the connection is lost, at once when that
   * has happened already. It must not wait.
   */
  public void onAbort(Runnable action) {
    synchronized (this) {
      if (aborted == null) {
        onAbort = action;
        return;
      }
    }
    action.run();
  }

  /** The peer's reset, or the connection's loss. */
  void abort(IOException cause) {
    Runnable action;
    synchronized (this) {
      if (aborted != null) {
        return;
      }
      aborted = cause;
      action = onAbort;
    }
    breakOff(cause);
    if (action != null) {
      action.run();
    }
  }

  /** The peer's reset of a stream of which all that came is whole. */
  void endAfterAll(IOException cause) {
    Runnable action;
    synchronized (this) {
      if (aborted != null) {
        return;
      }
      aborted = cause;
      action = onAbort;
    }
    window.fail(cause);
    received.end();
    replied.countDown();
    connection.forget(this);
    if (action != null) {
      action.run();
    }
  }

  private void breakOff(IOException cause) {
    window.fail(cause);
    received.fail(cause);
    replied.countDown();
    connection.forget(this);
  }

  SendWindow window() {
    return window;
  }

  void replied() {
    synchronized (this) {
      accepted = true;
    }
    replied.countDown();
  }

  /** Takes in bytes of a data frame, waiting while the buffer is full. */
  void receive(byte[] bytes, int count) {
    try {
      received.write(bytes, 0, count);
    } catch (IOException e) {
      // The stream was reset: its late bytes go nowhere.
      consumed(count);
    }
  }

  void receiveEnd() {
    received.end();
    boolean over;
    synchronized (this) {
      remoteEnded = true;
      over = localEnded;
    }
    if (over) {
      connection.forget(this);
    }
  }

  private void consumed(int count) {
    synchronized (this) {
      unreported += count;
      boolean few = unreported < SpdyConnection.WINDOW_SIZE / 2;
      if (few || remoteEnded || aborted != null || !connection.reportsWhatIsRead()) {
        return;
      }
      count = unreported;
      unreported = 0;
    }
    connection.sendSoon(new SpdyFrame.WindowUpdate(id, count));
  }

  private final class Output extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int done = 0;
      while (done < length) {
        requireOpen();
        int wanted = window.take(Math.min(length - done, FRAME_SIZE));
        int count = connection.window().take(wanted);
        window.add(wanted - count);
        connection.sendData(id, false, bytes, offset + done, count);
        done += count;
      }
    }

    private void requireOpen() throws IOException {
      synchronized (SpdyStream.this) {
        if (aborted != null) {
          throw new IOException(aborted.getMessage(), aborted);
        }
        if (localEnded) {
          throw new IOException("stream " + id + " is closed for writing");
        }
      }
    }

    @Override
    public void close() throws IOException {
      boolean over;
      synchronized (SpdyStream.this) {
        if (localEnded || aborted != null) {
          return;
        }
        localEnded = true;
        over = remoteEnded;
      }
      connection.sendData(id, true, new byte[0], 0, 0);
      if (over) {
        connection.forget(SpdyStream.this);
      }
    }
  }
}
