package io.keelson.runtime.docker;

/** The labels that mark an engine's containers as ours. */
final class Labels {
  /** {@link #SANDBOX}, {@link #CONTAINER} or {@link #IMAGE_HOLD}. */
  static final String KIND = "io.keelson.kind";

  /** The token of the object's record. */
  static final String TOKEN = "io.keelson.token";

  /** The sandbox a container belongs to. */
  static final String SANDBOX_ID = "io.keelson.sandbox-id";

  /** Which daemon's state an object belongs to, so that two daemons can share one engine. */
  static final String OWNER = "io.keelson.owner";

  static final String SANDBOX = "sandbox";
  static final String CONTAINER = "container";

  /** Never started: keeps the engine from removing an image, or shows its files. */
  static final String IMAGE_HOLD = "image-hold";

  private Labels() {}
}
