package io.keelson.runtime.streaming;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches over one upgraded connection: drops it when it is idle for too long or the server ends,
 * and has it send signs of life. Without those, a client that went away while nobody reads its
 * connection, because a process takes no input, would never be missed.
 */
final class Watch implements AutoCloseable {
  private static final Duration PING_INTERVAL = Duration.ofSeconds(5);

  private final Deadlines deadlines;
  private final Duration idleTimeout;
  private final Deadlines.Deadline idle;
  private Consumer<IOException> dropping;
  private Deadlines.@Nullable Deadline pings;

  /**
   * Begins before the upgrade.
   *
   * @param dropping drops the connection; must not wait
   */
  Watch(Deadlines deadlines, Duration idleTimeout, Consumer<IOException> dropping) {
    this.deadlines = deadlines;
    this.idleTimeout = idleTimeout;
    this.dropping = dropping;
    this.idle = deadlines.after(idleTimeout, this::dropIdle);
  }

  /** Goes on after the upgrade, with a better way to drop and a way to send signs of life. */
  synchronized void upgraded(Consumer<IOException> nowDropping, Runnable ping) {
    dropping = nowDropping;
    pings = deadlines.every(PING_INTERVAL, ping);
  }

  /** Data came or went. */
  void touch() {
    idle.touch();
  }

  private void dropIdle() {
    drop("the connection carried no data for " + idleTimeout.toSeconds() + " s");
  }

  /** Drops the connection. */
  void drop(String reason) {
    Consumer<IOException> present;
    synchronized (this) {
      present = dropping;
    }
    present.accept(new IOException(reason));
  }

  /** Ends the watch. */
  @Override
  public synchronized void close() {
    idle.close();
    if (pings != null) {
      pings.close();
    }
  }
}
