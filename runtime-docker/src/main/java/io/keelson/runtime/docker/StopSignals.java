package io.keelson.runtime.docker;

import io.keelson.runtime.v1.Signal;

/** Names of signals as the engine writes them. */
final class StopSignals {
  private StopSignals() {}

  /** The engine's name, such as {@code SIGTERM} or {@code SIGRTMIN+3}. */
  static String name(Signal signal) {
    return signal
        .name()
        .substring("SIGNAL_".length())
        .replace("MINPLUS", "MIN+")
        .replace("MAXMINUS", "MAX-");
  }
}
