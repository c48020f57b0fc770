package io.keelson.conformance.report;

import io.grpc.Status;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.exchange.Exchange;

/** The calls of a test, for people to read. */
final class Calls {
  private Calls() {}

  /** All of them, each with its request, reply and end. */
  static String text(TestOutcome outcome) {
    StringBuilder text = new StringBuilder();
    for (Exchange call : outcome.exchanges()) {
      text.append(call.began())
          .append("  ")
          .append(call.method())
          .append("  ")
          .append(ended(call.status()))
          .append(" after ")
          .append(call.took().toMillis())
          .append(" ms\n")
          .append(indented("request", call.request()))
          .append(indented("reply", call.reply()));
    }
    return text.toString();
  }

  static String ended(Status status) {
    return status.getDescription() == null
        ? status.getCode().name()
        : status.getCode() + ": " + status.getDescription();
  }

  private static String indented(String title, String message) {
    return message.isBlank() ? "" : "    " + title + "\n" + message.stripTrailing().indent(8);
  }
}
