package io.keelson.node.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Growing pauses between attempts, by key: the first retry is free, then 10 s, doubled up to 5 min,
 * and forgotten after 10 min without a failure, as kubelet has it. Confined to one thread.
 */
final class Backoff {
  private static final Duration RESTART_FIRST = Duration.ofSeconds(10);
  private static final Duration RESTART_MOST = Duration.ofMinutes(5);

  private final Duration first;
  private final Duration most;
  private final Map<String, Entry> entries = new HashMap<>();

  private record Entry(Duration pause, Instant since) {}

  Backoff(Duration first, Duration most) {
    this.first = first;
    this.most = most;
  }

  /** Pauses of containers that end and images that cannot be pulled. */
  static Backoff ofRestarts() {
    return new Backoff(RESTART_FIRST, RESTART_MOST);
  }

  /**
   * When the next attempt may be made.
   *
   * @param failedAt when the last one ended
   */
  Instant notBefore(String key, Instant failedAt) {
    Entry entry = entries.get(key);
    return entry == null || expired(entry, failedAt) ? failedAt : failedAt.plus(entry.pause());
  }

  /** The present pause of a key; zero when the next attempt is free. */
  Duration pause(String key) {
    Entry entry = entries.get(key);
    return entry == null ? Duration.ZERO : entry.pause();
  }

  /**
   * Notes that an attempt is made, which makes the next pause longer.
   *
   * @param at the time the attempt before it failed, or now
   */
  void attempt(String key, Instant at) {
    Entry entry = entries.get(key);
    if (entry == null || expired(entry, at)) {
      entries.put(key, new Entry(first, at));
    } else {
      Duration doubled = entry.pause().multipliedBy(2);
      entries.put(key, new Entry(doubled.compareTo(most) < 0 ? doubled : most, at));
    }
  }

  /** Forgets a key: its next pause is the first one. */
  void reset(String key) {
    entries.remove(key);
  }

  private boolean expired(Entry entry, Instant at) {
    return Duration.between(entry.since(), at).compareTo(most.multipliedBy(2)) > 0;
  }
}
