package io.keelson.runtime.spi;

import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A CRI call that failed, with the gRPC code the caller sees and a message for a person: which
 * object, what was wanted, what happened, and what to do about it where something can be done.
 *
 * <p>Node agents act on the code, so it is part of the contract: {@link #notFound} means that the
 * object is gone and need not be cleaned up, {@link #unavailable} that the same call may succeed
 * later, {@link #failedPrecondition} that it will not until the object's state changes.
 */
public final class CriException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;

  /**
   * Creates a failure with a code chosen by the caller; the named factories cover the usual ones.
   */
  public CriException(Status.Code code, String message, @Nullable Throwable cause) {
    super(message, cause);
    if (code == Status.Code.OK) {
      throw new IllegalArgumentException("OK is not a failure: " + message);
    }
    this.code = code;
  }

  /** The object named by the request does not exist here. */
  public static CriException notFound(String message) {
    return new CriException(Status.Code.NOT_FOUND, message, null);
  }

  /** The request itself is malformed, whatever the state of the runtime. */
  public static CriException invalidArgument(String message) {
    return new CriException(Status.Code.INVALID_ARGUMENT, message, null);
  }

  /** The request is well-formed but the object is in a state that forbids it. */
  public static CriException failedPrecondition(String message) {
    return new CriException(Status.Code.FAILED_PRECONDITION, message, null);
  }

  /** An object with the same identity exists already. */
  public static CriException alreadyExists(String message) {
    return new CriException(Status.Code.ALREADY_EXISTS, message, null);
  }

  /** This runtime cannot do what was asked, now or later; the message names the feature. */
  public static CriException unimplemented(String message) {
    return new CriException(Status.Code.UNIMPLEMENTED, message, null);
  }

  /** A limit of the machine or of the runtime is reached (disk, memory, queue, message size). */
  public static CriException resourceExhausted(String message, @Nullable Throwable cause) {
    return new CriException(Status.Code.RESOURCE_EXHAUSTED, message, cause);
  }

  /** Something the runtime depends on does not answer; trying again later may succeed. */
  public static CriException unavailable(String message, @Nullable Throwable cause) {
    return new CriException(Status.Code.UNAVAILABLE, message, cause);
  }

  /** A time limit of the request, not of the RPC, ran out (an ExecSync timeout, for example). */
  public static CriException deadlineExceeded(String message) {
    return new CriException(Status.Code.DEADLINE_EXCEEDED, message, null);
  }

  /** What the runtime depends on failed in a way no more specific code describes. */
  public static CriException unknown(String message, @Nullable Throwable cause) {
    return new CriException(Status.Code.UNKNOWN, message, cause);
  }

  /** An invariant of the runtime is broken: a bug, or state damaged from outside. */
  public static CriException internal(String message, @Nullable Throwable cause) {
    return new CriException(Status.Code.INTERNAL, message, cause);
  }

  /** The gRPC status code the caller of the RPC receives; never {@code OK}. */
  public Status.Code code() {
    return code;
  }
}
