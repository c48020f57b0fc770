package io.keelson.runtime.docker;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The engine's host configuration with the keys docker-java's own class does not have. */
final class EngineHostConfig extends HostConfig {
  private static final long serialVersionUID = 1L;

  @JsonProperty("MaskedPaths")
  private @Nullable List<String> maskedPaths;

  @JsonProperty("ReadonlyPaths")
  private @Nullable List<String> readonlyPaths;

  /** Paths to hide; an empty list hides none, null leaves the engine's default. */
  void setMaskedPaths(List<String> paths) {
    maskedPaths = List.copyOf(paths);
  }

  /** Paths to make read-only; an empty list makes none, null leaves the engine's default. */
  void setReadonlyPaths(List<String> paths) {
    readonlyPaths = List.copyOf(paths);
  }

  @Nullable List<String> maskedPaths() {
    return maskedPaths;
  }

  @Nullable List<String> readonlyPaths() {
    return readonlyPaths;
  }
}
