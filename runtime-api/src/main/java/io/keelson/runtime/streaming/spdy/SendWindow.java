package io.keelson.runtime.streaming.spdy;

import java.io.IOException;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes a peer has said it has room for. Peers that never announce windows, as Kubernetes'
 * own do not, are never waited for: with them the connection itself is the only brake. Thread-safe.
 */
final class SendWindow {
  private boolean enforced;
  private long room;
  private @Nullable IOException failure;

  /** The peer announces windows: from now on there is room for this many bytes. */
  synchronized void enforce(long bytes) {
    if (!enforced) {
      enforced = true;
      room = bytes;
      notifyAll();
    }
  }

  /** Adds room, or takes some away, which may leave less than none. */
  synchronized void add(long bytes) {
    room += bytes;
    notifyAll();
  }

  /** Takes room for up to {@code wanted} bytes, waiting until there is some. */
  synchronized int take(int wanted) throws IOException {
    while (enforced && room <= 0 && failure == null) {
      try {
        wait();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("interrupted").initCause(e);
      }
    }
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    if (!enforced) {
      return wanted;
    }
    int taken = (int) Math.min(room, wanted);
    room -= taken;
    return taken;
  }

  /** Ends all waiting. */
  synchronized void fail(IOException cause) {
    failure = cause;
    notifyAll();
  }
}
