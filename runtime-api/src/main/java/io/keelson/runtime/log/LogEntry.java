package io.keelson.runtime.log;

import com.google.protobuf.ByteString;

/**
 * One line of a CRI container log: {@code <time> <stream> <tags> <content>}.
 *
 * @param epochNanos when it was written, in nanoseconds since the Unix epoch
 * @param stream where the container wrote it
 * @param partial whether the container's line goes on in the stream's next entry (tag {@code P}); a
 *     full entry (tag {@code F}) ends it
 * @param content what the container wrote, without the line's end; any bytes but LF
 */
public record LogEntry(long epochNanos, LogStream stream, boolean partial, ByteString content) {

  /**
   * Reads one log line.
   *
   * @param line the line without its LF
   * @throws LogFormatException when it is not {@code <time> <stream> <tags> <content>}
   */
  public static LogEntry parse(ByteString line) {
    return LogLineFormat.parse(line);
  }
}
