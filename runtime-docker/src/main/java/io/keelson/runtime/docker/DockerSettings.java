package io.keelson.runtime.docker;

import io.keelson.runtime.docker.image.Mirrors;
import java.util.Map;

/**
 * What a Docker backend can be told.
 *
 * @param mirrors asked for images before the registries they are named after
 * @param runtimes the engine's runtime for each further runtime handler; pods of the handler
 *     {@value DockerBackend#NAME} have the engine's default one
 */
public record DockerSettings(Mirrors mirrors, Map<String, String> runtimes) {
  /** Nothing special. */
  public static final DockerSettings DEFAULTS = new DockerSettings(Mirrors.NONE, Map.of());

  /** Keeps an unchangeable copy of the runtimes. */
  public DockerSettings {
    runtimes = Map.copyOf(runtimes);
  }
}
