package io.keelson.runtime.fake;

import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerEventType;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** The pods and containers of one fake node. Thread-safe; each pod and container guards itself. */
final class FakeNode {
  private final Map<String, FakePod> pods = new ConcurrentHashMap<>();
  private final Map<String, FakeContainer> containers = new ConcurrentHashMap<>();
  private final Clock clock;
  private volatile ContainerEventSink events = (containerId, podId, type, at) -> {};

  FakeNode(Clock clock) {
    this.clock = clock;
  }

  void reportTo(ContainerEventSink sink) {
    events = sink;
  }

  void report(String id, String podId, ContainerEventType type) {
    events.publish(id, podId, type, now());
  }

  Map<String, FakePod> pods() {
    return pods;
  }

  Map<String, FakeContainer> containers() {
    return containers;
  }

  FakePod pod(String id) {
    FakePod pod = pods.get(id);
    if (pod == null) {
      throw CriException.notFound("pod sandbox '" + id + "' does not exist");
    }
    return pod;
  }

  FakeContainer container(String id) {
    FakeContainer container = containers.get(id);
    if (container == null) {
      throw CriException.notFound("container '" + id + "' does not exist");
    }
    return container;
  }

  /** A container's log; one that goes nowhere unless both parts of its path are given. */
  FakeLog log(String directory, String path) {
    boolean given = !directory.isEmpty() && !path.isEmpty();
    return new FakeLog(given ? Path.of(directory, path) : null, clock);
  }

  /** Nanoseconds since the epoch. */
  long now() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  static String newId() {
    byte[] bytes = new byte[32];
    ThreadLocalRandom.current().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
