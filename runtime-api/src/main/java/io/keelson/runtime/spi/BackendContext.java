package io.keelson.runtime.spi;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/**
 * What the daemon gives a backend.
 *
 * @param stateDirectory kept over reboots: records; the backend's own
 * @param runDirectory gone at boot: sockets, pinned namespaces; the backend's own
 * @param options its part of the configuration, nested keys joined by dots; only keys it declared
 * @param podNetwork the network pods join
 * @param clock the time of day
 */
public record BackendContext(
    Path stateDirectory,
    Path runDirectory,
    Map<String, String> options,
    PodNetwork podNetwork,
    Clock clock) {
  /** Keeps an unchangeable copy of the options. */
  public BackendContext {
    options = Map.copyOf(options);
  }
}
