package io.keelson.runtime.client;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.io.FileNotFoundException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Words for calls that failed. */
final class CallFailures {
  private CallFailures() {}

  static CriException of(MethodDescriptor<?, ?> method, String peer, Throwable failure) {
    Status status = Status.fromThrowable(failure);
    StringBuilder message =
        new StringBuilder()
            .append(method.getBareMethodName())
            .append(" at ")
            .append(peer)
            .append(": ")
            .append(status.getDescription() == null ? status.getCode() : status.getDescription());
    Throwable connection = connectionFailure(status.getCause());
    if (connection != null) {
      message
          .append(": ")
          .append(reason(connection))
          .append("; check that a container runtime listens there and that you may connect");
    }
    return new CriException(status.getCode(), message.toString(), failure);
  }

  private static String reason(Throwable connection) {
    if (connection instanceof FileNotFoundException) {
      // Netty's, without a word, for a unix socket that is not there.
      return "there is no such socket";
    }
    String message = connection.getMessage();
    return message == null ? connection.getClass().getSimpleName() : message;
  }

  private static @Nullable Throwable connectionFailure(@Nullable Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof IOException) {
        return t;
      }
    }
    return null;
  }
}
