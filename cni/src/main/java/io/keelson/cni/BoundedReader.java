package io.keelson.cni;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Reads a pipe to its end on a virtual thread and keeps a bounded part of it: either the head,
 * stopping as soon as there is more, or the tail.
 */
final class BoundedReader {
  private static final int CHUNK = 8 << 10;

  private final InputStream in;
  private final int limit;
  private final boolean keepTail;
  private final CountDownLatch done = new CountDownLatch(1);

  // Written by the reading thread before the latch opens, read after.
  private byte[] buffer = new byte[0];
  private int length;
  private boolean overflowed;

  private BoundedReader(InputStream in, int limit, boolean keepTail) {
    this.in = in;
    this.limit = limit;
    this.keepTail = keepTail;
  }

  static BoundedReader head(InputStream in, int limit) {
    return start(new BoundedReader(in, limit, false));
  }

  static BoundedReader tail(InputStream in, int limit) {
    return start(new BoundedReader(in, limit, true));
  }

  private static BoundedReader start(BoundedReader reader) {
    Thread.ofVirtual().start(reader::readAll);
    return reader;
  }

  /** Waits for the end of the pipe; false when the deadline came first. */
  boolean await(long deadlineNanos) throws InterruptedException {
    return done.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  void awaitUninterruptibly(long deadlineNanos) {
    boolean interrupted = false;
    while (true) {
      try {
        // Past the deadline there is nothing more to do than to leave the reader behind.
        boolean ignored = await(deadlineNanos);
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  boolean ended() {
    return done.getCount() == 0;
  }

  /** Whether there was more than the head that is kept. Only after the end. */
  boolean overflowed() {
    return ended() && overflowed;
  }

  /** What was kept. Only after the end. */
  byte[] bytes() {
    return Arrays.copyOf(buffer, length);
  }

  private void readAll() {
    byte[] chunk = new byte[CHUNK];
    try {
      for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
        keep(chunk, n);
        if (overflowed && !keepTail) {
          return;
        }
      }
    } catch (IOException e) {
      // The pipe broke with its process: what came before is what there is.
    } finally {
      done.countDown();
    }
  }

  private void keep(byte[] chunk, int n) {
    if (length + n > limit) {
      overflowed = true;
      if (!keepTail) {
        return;
      }
      int kept = Math.max(0, limit - n);
      System.arraycopy(buffer, length - kept, buffer, 0, kept);
      length = kept;
    }
    if (length + n > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(limit, Math.max(CHUNK, 2 * (length + n))));
    }
    System.arraycopy(chunk, 0, buffer, length, n);
    length += n;
  }
}
