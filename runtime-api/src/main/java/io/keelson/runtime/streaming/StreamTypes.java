package io.keelson.runtime.streaming;

/**
 * What Kubernetes calls the streams of a command and of a forwarded connection, in SPDY headers.
 */
public final class StreamTypes {
  /** The header that tells a stream's type. */
  public static final String HEADER = "streamtype";

  /** How it ended, or why it failed. */
  public static final String ERROR = "error";

  /** A command's input. */
  public static final String STDIN = "stdin";

  /** A command's output. */
  public static final String STDOUT = "stdout";

  /** A command's errors. */
  public static final String STDERR = "stderr";

  /** Sizes of a command's terminal. */
  public static final String RESIZE = "resize";

  /** A forwarded connection's bytes. */
  public static final String DATA = "data";

  /** The header that tells a forwarded connection's port. */
  public static final String PORT = "port";

  /** The header that tells which two streams are one forwarded connection's. */
  public static final String REQUEST_ID = "requestid";

  private StreamTypes() {}
}
