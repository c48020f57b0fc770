package io.keelson.runtime.docker.stats;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The last count of one writable layer, made by {@link WritableLayers}. Thread-safe. */
public final class LayerMeter {
  /** A count older than this is made anew when somebody asks. */
  public static final Duration AGE_LIMIT = Duration.ofSeconds(10);

  private @Nullable Count last;
  private boolean waiting;

  /**
   * A count.
   *
   * @param bytes of allocated blocks
   * @param inodes files and folders
   * @param at when it was finished, in nanoseconds since the Unix epoch
   */
  record Count(long bytes, long inodes, long at) {}

  /** A layer that was not counted yet. */
  public LayerMeter() {}

  synchronized @Nullable Count last() {
    return last;
  }

  /** Whether the caller should have the layer counted: it is time, and nobody else does. */
  synchronized boolean shallCount(long now) {
    boolean due = !waiting && (last == null || Math.abs(now - last.at()) > AGE_LIMIT.toNanos());
    waiting |= due;
    return due;
  }

  /** Notes a new count, or null when it could not be made. */
  synchronized void counted(@Nullable Count count) {
    waiting = false;
    last = count == null ? last : count;
  }
}
