package io.keelson.runtime.docker.mount;

import java.nio.file.Path;
import java.util.List;

/** Where the engine keeps the files of an image. */
@FunctionalInterface
public interface ImageLayers {
  /**
   * The directories of an image's layers on this machine, the uppermost first.
   *
   * @param imageId its id
   * @return empty when the engine does not tell
   */
  List<Path> of(String imageId) throws InterruptedException;
}
