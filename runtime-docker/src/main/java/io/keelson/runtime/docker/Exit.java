package io.keelson.runtime.docker;

/**
 * How a container ended.
 *
 * @param finishedAt nanoseconds since the Unix epoch
 * @param exitCode the process's exit code, or 128 plus the signal that killed it
 * @param reason one word: {@code Completed}, {@code Error}, {@code OOMKilled}, {@code StartError}
 * @param message what happened, for people; may be empty
 */
record Exit(long finishedAt, int exitCode, String reason, String message) {}
