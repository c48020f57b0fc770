package io.keelson.runtime.docker.stats;

import io.keelson.linux.cgroup.Cgroup;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads one cgroup and keeps the last reading: askers within a second share one, and the CPU's load
 * is averaged from one reading to the next, at first from the group's beginning. Thread-safe.
 */
public final class UsageMeter {
  /** How long a reading is good, and so the shortest window of the CPU's load. */
  private static final long FRESH_NANOS = EpochNanos.IN_SECOND;

  private @Nullable Cgroup cgroup;
  private @Nullable Usage last;

  /** The meter of a group that was not read yet. */
  public UsageMeter() {}

  /** Processes and threads in the group, read anew; 0 for one that was not found yet. */
  synchronized long tasks() {
    return cgroup == null ? 0 : cgroup.tasks().orElse(0);
  }

  /**
   * What the group uses.
   *
   * @param find finds the group when it is read for the first time
   * @param beginning when it had used nothing yet, in nanoseconds since the Unix epoch
   * @param now nanoseconds since the Unix epoch
   * @return empty when there is no such group any more
   */
  synchronized Optional<Usage> read(Supplier<Optional<Cgroup>> find, long beginning, long now) {
    Usage known = last;
    if (known != null && now >= known.at() && now - known.at() < FRESH_NANOS) {
      return Optional.of(known);
    }
    // Its name holds a container's id: once found, it never becomes another's.
    Cgroup found = cgroup == null ? find.get().orElse(null) : cgroup;
    cgroup = found;
    if (found == null) {
      return Optional.empty();
    }
    Optional<Usage> read =
        Usage.read(
            found, now, known == null ? new Usage.WindowStart(beginning, 0) : known.windowStart());
    last = read.orElse(null);
    return read;
  }
}
