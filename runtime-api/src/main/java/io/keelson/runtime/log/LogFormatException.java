package io.keelson.runtime.log;

/** A line in a log file that is not a CRI log line; the message says where and why. */
public final class LogFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LogFormatException(String message) {
    super(message);
  }
}
