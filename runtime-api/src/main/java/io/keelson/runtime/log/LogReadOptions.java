package io.keelson.runtime.log;

import java.time.Instant;

/**
 * Which part of a log is read, and in what form. Start from {@link #everything} and narrow it.
 *
 * @param tailLines how many of the last lines to begin with, counted before the other limits apply;
 *     with {@code joinPartials}, lines as the container wrote them, else lines of the file
 * @param sinceEpochNanos entries older than this are left out; nanoseconds since the Unix epoch
 * @param limitBytes how much to read at most, counted as the container wrote it: contents, and an
 *     LF for each full entry; what goes beyond is cut, the entry then being partial
 * @param joinPartials whether pieces of one line are put together again; a line longer than {@link
 *     #MAX_JOINED_BYTES} comes in pieces of nearly that size
 */
public record LogReadOptions(
    long tailLines, long sinceEpochNanos, long limitBytes, boolean joinPartials) {
  /** The most content a joined entry holds, in bytes. */
  public static final int MAX_JOINED_BYTES = 1024 * 1024;

  private static final LogReadOptions EVERYTHING =
      new LogReadOptions(Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE, false);

  /** Checks the limits. */
  public LogReadOptions {
    if (tailLines < 0 || limitBytes < 0) {
      throw new IllegalArgumentException(
          "a log cannot be read for its last %d lines and at most %d bytes; neither may be negative"
              .formatted(tailLines, limitBytes));
    }
  }

  /** The whole log, an entry for each of its lines. */
  public static LogReadOptions everything() {
    return EVERYTHING;
  }

  /** From the last so many lines on. */
  public LogReadOptions withTailLines(long lines) {
    return new LogReadOptions(lines, sinceEpochNanos, limitBytes, joinPartials);
  }

  /** From a moment on. */
  public LogReadOptions withSince(Instant since) {
    return new LogReadOptions(tailLines, EpochNanos.of(since), limitBytes, joinPartials);
  }

  /** So many bytes at most. */
  public LogReadOptions withLimitBytes(long bytes) {
    return new LogReadOptions(tailLines, sinceEpochNanos, bytes, joinPartials);
  }

  /** With lines as the container wrote them. */
  public LogReadOptions withJoinedPartials() {
    return new LogReadOptions(tailLines, sinceEpochNanos, limitBytes, true);
  }
}
