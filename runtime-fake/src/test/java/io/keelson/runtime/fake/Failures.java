package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Looks at how a call fails. */
final class Failures {
  private Failures() {}

  /** Expects a failure with a code, and goes on with its message. */
  static AbstractStringAssert<?> assertFails(Status.Code code, ThrowingCallable call) {
    Throwable failure = catchThrowable(call);
    assertThat(failure).isInstanceOf(CriException.class);
    assertThat(((CriException) failure).code()).as(failure.getMessage()).isEqualTo(code);
    return assertThat(failure.getMessage());
  }
}
