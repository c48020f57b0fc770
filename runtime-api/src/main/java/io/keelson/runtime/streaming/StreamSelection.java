package io.keelson.runtime.streaming;

import io.keelson.runtime.v1.AttachRequest;
import io.keelson.runtime.v1.ExecRequest;

/**
 * Which streams a command or an attachment has.
 *
 * @param stdin whether it gets input
 * @param stdout whether its output is wanted
 * @param stderr whether its errors are wanted, apart from its output
 * @param tty whether it has a terminal, whose size can change
 */
public record StreamSelection(boolean stdin, boolean stdout, boolean stderr, boolean tty) {

  /** That of a request. */
  public static StreamSelection of(ExecRequest request) {
    return new StreamSelection(
        request.getStdin(), request.getStdout(), request.getStderr(), request.getTty());
  }

  /** That of a request. */
  public static StreamSelection of(AttachRequest request) {
    return new StreamSelection(
        request.getStdin(), request.getStdout(), request.getStderr(), request.getTty());
  }
}
