package io.keelson.volumes;

import java.io.IOException;

/** What failures say. */
final class Failures {
  private Failures() {}

  /** What a failure says, with the kind of it where the message is only a path. */
  static String reason(Exception failure) {
    return failure instanceof IOException
        ? failure.getClass().getSimpleName() + ": " + failure.getMessage()
        : String.valueOf(failure.getMessage());
  }
}
