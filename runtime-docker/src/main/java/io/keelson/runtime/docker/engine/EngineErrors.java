package io.keelson.runtime.docker.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.exception.DockerException;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.transport.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells what an engine's refusal, or its silence, means to the caller of the CRI. */
final class EngineErrors {
  private static final ObjectMapper JSON = new ObjectMapper();

  private EngineErrors() {}

  /**
   * The CRI failure for what a docker-java command threw.
   *
   * @param what the action in progress, such as {@code start container 3f2a}
   */
  static CriException of(Endpoint endpoint, String what, RuntimeException failure) {
    if (failure instanceof CriException already) {
      return already;
    }
    if (failure instanceof DockerException refusal) {
      return refused(what, refusal.getHttpStatus(), message(refusal.getMessage()), refusal);
    }
    IOException io = firstIoException(failure);
    if (io instanceof JsonProcessingException) {
      return CriException.unknown(
          "cannot %s: the answer of the Docker Engine at %s is not understood: %s"
              .formatted(what, endpoint, io.getMessage()),
          failure);
    }
    if (io != null) {
      return unreachable(endpoint, what, io);
    }
    return CriException.internal("cannot " + what + ": " + failure, failure);
  }

  /** The engine does not answer at all. */
  static CriException unreachable(Endpoint endpoint, String what, IOException cause) {
    return CriException.unavailable(
        "cannot %s: the Docker Engine at %s does not answer (%s); start it, or name the right address"
            .formatted(what, endpoint, reason(cause)),
        cause);
  }

  /** The engine answered with an HTTP status that is not a success. */
  static CriException refused(
      String what, int httpStatus, String engineMessage, @Nullable Throwable cause) {
    String message = "cannot " + what + ": " + engineMessage;
    return new CriException(code(httpStatus, engineMessage), message, cause);
  }

  private static Status.Code code(int httpStatus, String engineMessage) {
    String lower = engineMessage.toLowerCase(Locale.ROOT);
    if (lower.contains("no space left on device") || lower.contains("disk quota exceeded")) {
      return Status.Code.RESOURCE_EXHAUSTED;
    }
    return switch (httpStatus) {
      case 400 -> Status.Code.INVALID_ARGUMENT;
      case 401 -> Status.Code.UNAUTHENTICATED;
      case 403 -> Status.Code.PERMISSION_DENIED;
      case 404 -> Status.Code.NOT_FOUND;
      case 304 -> Status.Code.FAILED_PRECONDITION;
      case 409 ->
          lower.contains("already in use") || lower.contains("already exists")
              ? Status.Code.ALREADY_EXISTS
              : Status.Code.FAILED_PRECONDITION;
      case 501 -> Status.Code.UNIMPLEMENTED;
      case 503 -> Status.Code.UNAVAILABLE;
      default -> Status.Code.UNKNOWN;
    };
  }

  /** True when the failure only says that the thread was interrupted. */
  static boolean isInterruption(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ClosedByInterruptException
          || cause instanceof InterruptedIOException
          || cause instanceof InterruptedException) {
        return true;
      }
    }
    return false;
  }

  /** The text of an engine's error document {@code {"message": "..."}}, or the body as it is. */
  static String message(@Nullable String body) {
    if (body == null || body.isBlank()) {
      return "the Docker Engine gave no reason";
    }
    // docker-java puts "Status 404: " before the document.
    int brace = body.indexOf('{');
    if (brace >= 0) {
      try {
        JsonNode text = JSON.readTree(body.substring(brace)).path("message");
        if (text.isTextual()) {
          return text.asText().strip();
        }
      } catch (JsonProcessingException notJson) {
        return body.strip();
      }
    }
    return body.strip();
  }

  private static String reason(IOException cause) {
    String text = cause.getMessage();
    return text == null ? cause.getClass().getSimpleName() : text;
  }

  private static @Nullable IOException firstIoException(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException io) {
        return io;
      }
    }
    return null;
  }
}
