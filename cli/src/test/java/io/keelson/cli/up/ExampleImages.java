package io.keelson.cli.up;

import io.keelson.runtime.docker.engine.DockerEngine;

/** The image of the examples, for tests outside this package. */
public final class ExampleImages {
  /** What manifests call it. */
  public static final String NAME = ExampleImage.NAME;

  private ExampleImages() {}

  /** Gives it to an engine. */
  public static void load(DockerEngine engine) throws InterruptedException {
    ExampleImage.make(engine.version().architecture()).loadInto(engine);
  }
}
