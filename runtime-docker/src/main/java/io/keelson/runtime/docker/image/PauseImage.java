package io.keelson.runtime.docker.image;

import io.keelson.runtime.docker.engine.DockerEngine;

/** The image of the container that holds a pod's namespaces; built here, never pulled. */
public final class PauseImage {

  /** The image's name in the engine. */
  public static final String NAME = "keelson/pause:1";

  private PauseImage() {}

  /**
   * Loads the image into the engine when it is missing.
   *
   * @return the image's id, {@code sha256:...}
   */
  public static String ensure(DockerEngine engine) throws InterruptedException {
    return engine.call(
        "inspect image " + NAME, client -> client.inspectImageCmd(NAME).exec().getId());
  }
}
