package io.keelson.runtime.streaming.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries bytes from one thread to another through a buffer of limited size: a writer that is ahead
 * waits, so that a slow reader slows the sender down. The buffer takes memory only as it fills.
 *
 * <p>For one writing and one reading thread; {@link #end}, {@link #fail} and closing the source may
 * come from any.
 */
public final class BoundedPipe {
  private static final int INITIAL_SIZE = 1024;

  private final int capacity;
  private final IntConsumer onRead;
  private final Source source = new Source();
  private byte[] ring = new byte[0];
  private int start;
  private int count;
  private boolean ended;
  private boolean discarding;
  private @Nullable IOException failure;

  /**
   * Creates an empty pipe.
   *
   * @param capacity the most bytes it holds
   * @param onRead is told, without a lock held, how many bytes the reader has just taken or will
   *     never take
   */
  public BoundedPipe(int capacity, IntConsumer onRead) {
    this.capacity = capacity;
    this.onRead = onRead;
  }

  /**
   * The reading end. Reading past the writer's end is the end of the stream, past a failure an
   * {@link IOException}. Closing it drops what is buffered and what is still to come, so that the
   * writer never waits again.
   */
  public InputStream source() {
    return source;
  }

  /**
   * Appends bytes, waiting while the pipe is full. Bytes nobody will read are dropped.
   *
   * @throws IOException when the pipe has failed, or the wait was interrupted
   */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      synchronized (this) {
        awaitUntil(() -> count < capacity || failure != null || discarding);
        if (failure != null) {
          throw failed(failure);
        }
        if (!discarding) {
          int accepted = Math.min(length - done, capacity - count);
          append(bytes, offset + done, accepted);
          done += accepted;
          notifyAll();
          continue;
        }
      }
      onRead.accept(length - done);
      return;
    }
  }

  private void append(byte[] bytes, int offset, int length) {
    if (count + length > ring.length) {
      grow(count + length);
    }
    int at = (start + count) % ring.length;
    int first = Math.min(length, ring.length - at);
    System.arraycopy(bytes, offset, ring, at, first);
    System.arraycopy(bytes, offset + first, ring, 0, length - first);
    count += length;
  }

  private void grow(int needed) {
    int size = Math.max(INITIAL_SIZE, ring.length);
    while (size < needed) {
      size *= 2;
    }
    byte[] larger = new byte[Math.min(size, capacity)];
    int first = Math.min(count, ring.length - start);
    System.arraycopy(ring, start, larger, 0, first);
    System.arraycopy(ring, 0, larger, first, count - first);
    ring = larger;
    start = 0;
  }

  /** Nothing more will be written; the reader sees the end after what is buffered. Repeatable. */
  public synchronized void end() {
    ended = true;
    notifyAll();
  }

  /** Breaks the pipe: reader and writer fail from now on, unless the writer had ended before. */
  public synchronized void fail(IOException cause) {
    if (!ended && failure == null) {
      failure = cause;
      ring = new byte[0];
      count = 0;
    }
    notifyAll();
  }

  private synchronized void awaitUntil(BooleanSupplier condition) throws IOException {
    try {
      while (!condition.getAsBoolean()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (IOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }

  /** A new exception for each thread, so that stack traces tell where it was noticed. */
  private static IOException failed(IOException cause) {
    return new IOException(cause.getMessage(), cause);
  }

  private final class Source extends InputStream {
    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      int taken;
      synchronized (BoundedPipe.this) {
        awaitUntil(() -> count > 0 || ended || failure != null || discarding);
        if (failure != null) {
          throw failed(failure);
        }
        if (count == 0) {
          return -1;
        }
        taken = Math.min(length, count);
        int first = Math.min(taken, ring.length - start);
        System.arraycopy(ring, start, target, offset, first);
        System.arraycopy(ring, 0, target, offset + first, taken - first);
        count -= taken;
        start = count == 0 ? 0 : (start + taken) % ring.length;
        BoundedPipe.this.notifyAll();
      }
      onRead.accept(taken);
      return taken;
    }

    @Override
    public int available() {
      synchronized (BoundedPipe.this) {
        return count;
      }
    }

    @Override
    public void close() {
      int dropped;
      synchronized (BoundedPipe.this) {
        discarding = true;
        dropped = count;
        count = 0;
        ring = new byte[0];
        BoundedPipe.this.notifyAll();
      }
      if (dropped > 0) {
        onRead.accept(dropped);
      }
    }
  }
}
