package io.keelson.runtime.docker;

/**
 * How a container ended.
 *
 * @param finishedAt nanoseconds since the Unix epoch
 * @param exitCode the process's exit code, or 128 plus the signal that killed it
 * @param reason one word: {@code Completed}, {@code Error}, {@code OOMKilled}, {@code StartError},
 *     {@code Unknown}
 * @param message what happened, for people; may be empty
 */
record Exit(long finishedAt, int exitCode, String reason, String message) {
  private static final int UNSEEN_CODE = 255;
  private static final int START_ERROR_CODE = 128;

  /** The end of a container that somebody took away behind our back. */
  static Exit unseen(long finishedAt) {
    return new Exit(
        finishedAt,
        UNSEEN_CODE,
        "Unknown",
        "the Docker Engine does not know this container any more; somebody else removed it");
  }

  /** The end of a container whose process never came to be. */
  static Exit startError(long finishedAt, String message) {
    return new Exit(finishedAt, START_ERROR_CODE, "StartError", message);
  }
}
