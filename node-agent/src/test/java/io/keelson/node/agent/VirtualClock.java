package io.keelson.node.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that a test moves. */
final class VirtualClock extends Clock implements AgentClock {
  private final List<Waiting> waiting = new ArrayList<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private record Waiting(Instant when, Runnable action) {}

  @Override
  public synchronized Instant now() {
    return now;
  }

  @Override
  public Instant instant() {
    return now();
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("always UTC");
  }

  @Override
  public Alarm callAt(Instant when, Runnable action) {
    Waiting asked = new Waiting(when, action);
    synchronized (this) {
      if (when.isAfter(now)) {
        waiting.add(asked);
        return () -> {
          synchronized (this) {
            waiting.remove(asked);
          }
        };
      }
    }
    action.run();
    return () -> {};
  }

  /** Lets time pass, and calls whom it has come for, in order. */
  void advance(Duration by) {
    Instant end;
    synchronized (this) {
      end = now.plus(by);
    }
    while (true) {
      Waiting next;
      synchronized (this) {
        next =
            waiting.stream()
                .filter(candidate -> !candidate.when().isAfter(end))
                .min(Comparator.comparing(Waiting::when))
                .orElse(null);
        if (next == null) {
          now = end;
          return;
        }
        waiting.remove(next);
        now = next.when();
      }
      next.action().run();
    }
  }
}
