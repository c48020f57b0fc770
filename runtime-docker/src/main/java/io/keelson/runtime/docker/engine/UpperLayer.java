package io.keelson.runtime.docker.engine;

import com.github.dockerjava.api.command.InspectContainerResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The folder of what a container has changed in the files of its image. */
public final class UpperLayer {
  private UpperLayer() {}

  /** As the engine tells it; one whose images are containerd's, or no overlay, does not. */
  public static Optional<Path> of(InspectContainerResponse container) {
    return container.getRawValues().get("GraphDriver") instanceof Map<?, ?> driver
            && driver.get("Data") instanceof Map<?, ?> data
            && data.get("UpperDir") instanceof String upper
        ? Optional.of(Path.of(upper))
        : Optional.empty();
  }
}
