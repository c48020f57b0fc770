package io.keelson.node.agent.manifest;

import io.keelson.runtime.v1.Signal;
import java.util.Arrays;
import java.util.Optional;

/** Signals by the names manifests use. */
public final class StopSignals {
  private static final String PREFIX = "SIGNAL_";

  private StopSignals() {}

  /** The CRI's value for a name such as {@code SIGTERM} or {@code SIGRTMIN+1}; empty if none. */
  public static Optional<Signal> find(String name) {
    String constant = PREFIX + name.replace("+", "PLUS").replace("-", "MINUS");
    return Arrays.stream(Signal.values())
        .filter(signal -> signal != Signal.UNRECOGNIZED)
        .filter(signal -> signal.name().startsWith("SIGNAL_SIG"))
        .filter(signal -> signal.name().equals(constant))
        .findFirst();
  }
}
