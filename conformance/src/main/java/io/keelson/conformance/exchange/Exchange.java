package io.keelson.conformance.exchange;

import io.grpc.Status;
import java.time.Duration;
import java.time.Instant;

/**
 * One call of the runtime under test.
 *
 * @param method such as {@code runtime.v1.RuntimeService/StopContainer}
 * @param began when the call was made
 * @param took how long until it ended
 * @param request the request as text, cut at 4,096 characters
 * @param reply the reply as text, or all of a stream, cut at 4,096 characters; empty when there was
 *     none
 * @param status how it ended
 */
public record Exchange(
    String method, Instant began, Duration took, String request, String reply, Status status) {

  /** The same with empty request and reply. */
  public Exchange withoutTexts() {
    return new Exchange(method, began, took, "", "", status);
  }
}
