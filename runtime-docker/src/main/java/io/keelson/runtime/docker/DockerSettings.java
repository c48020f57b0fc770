package io.keelson.runtime.docker;

import com.github.dockerjava.api.model.Ulimit;
import io.keelson.runtime.docker.cdi.CdiDevices;
import io.keelson.runtime.docker.image.Mirrors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a Docker backend can be told.
 *
 * @param mirrors asked for images before the registries they are named after
 * @param runtimes the engine's runtime for each further runtime handler; pods of the handler
 *     {@value DockerBackend#NAME} have the engine's default one
 * @param cdiDirectories with the specs of CDI devices; later ones come before earlier ones
 * @param ulimits of the processes of every container; the engine's own hold beside them
 */
public record DockerSettings(
    Mirrors mirrors,
    Map<String, String> runtimes,
    List<Path> cdiDirectories,
    List<Ulimit> ulimits) {
  /** Nothing special. */
  public static final DockerSettings DEFAULTS =
      new DockerSettings(Mirrors.NONE, Map.of(), CdiDevices.DEFAULT_DIRECTORIES, List.of());

  /** Keeps unchangeable copies. */
  public DockerSettings {
    runtimes = Map.copyOf(runtimes);
    cdiDirectories = List.copyOf(cdiDirectories);
    ulimits = List.copyOf(ulimits);
  }
}
