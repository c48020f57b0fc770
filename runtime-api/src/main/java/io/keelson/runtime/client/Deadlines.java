package io.keelson.runtime.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long each class of call may take. The defaults are kubelet's, so that a runtime sees the same
 * limits from this client as on a real node.
 *
 * @param fixed the limit of every call in place of the defaults, or null for those
 */
record Deadlines(@Nullable Duration fixed) {
  /** Calls that are neither below. */
  private static final Duration REQUEST = Duration.ofMinutes(2);

  /** Calls that make a whole pod: its network included. */
  private static final Duration POD = Duration.ofMinutes(4);

  @Nullable Duration ofRequest() {
    return fixed != null ? fixed : REQUEST;
  }

  @Nullable Duration ofPod() {
    return fixed != null ? fixed : POD;
  }

  /** A call that the runtime itself ends after a given time. */
  @Nullable Duration ofRequestAfter(Duration time) {
    return fixed != null ? fixed : REQUEST.plus(time);
  }

  /** Like {@link #ofRequestAfter}, where zero stands for as long as it takes. */
  @Nullable Duration ofRequestWithin(Duration timeout) {
    return timeout.isZero() ? ofAnyLength() : ofRequestAfter(timeout);
  }

  /** A call of any length, such as a pull. */
  @Nullable Duration ofAnyLength() {
    return fixed;
  }
}
