package io.keelson.conformance.report;

import io.keelson.conformance.OutcomeListener;
import io.keelson.conformance.Profile;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.conformance.exchange.Exchange;
import java.io.PrintStream;
import java.util.List;

/** Prints each outcome as it comes, and a line for each profile at the end. */
public final class TerminalReport implements OutcomeListener {
  private static final int CALLS = 3;

  private final PrintStream out;

  /** Creates a report that has printed nothing. */
  public TerminalReport(PrintStream out) {
    this.out = out;
  }

  @Override
  public void ended(TestOutcome outcome) {
    out.printf(
        "%-4s %s (%d ms)%n",
        word(outcome.verdict()), outcome.fullName(), outcome.duration().toMillis());
    if (outcome.verdict() == Verdict.PASSED) {
      return;
    }
    out.println("       " + outcome.reason());
    if (outcome.verdict() == Verdict.FAILED) {
      out.println("       " + outcome.specification());
      List<Exchange> calls = outcome.exchanges();
      for (Exchange call : calls.subList(Math.max(0, calls.size() - CALLS), calls.size())) {
        out.printf(
            "       %s {%s} -> %s {%s}%n",
            call.method(), oneLine(call.request()), call.status().getCode(), oneLine(call.reply()));
      }
    }
  }

  private static String word(Verdict verdict) {
    return switch (verdict) {
      case PASSED -> "ok";
      case FAILED -> "FAIL";
      case NOT_APPLICABLE -> "n/a";
    };
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s+", " ");
  }

  /** Prints how many tests of each profile passed. */
  public void summary(List<TestOutcome> outcomes) {
    for (Profile profile : Profile.values()) {
      List<TestOutcome> own = outcomes.stream().filter(o -> o.profile() == profile).toList();
      if (!own.isEmpty()) {
        out.printf(
            "%-16s %d passed, %d failed, %d not applicable%n",
            profile,
            count(own, Verdict.PASSED),
            count(own, Verdict.FAILED),
            count(own, Verdict.NOT_APPLICABLE));
      }
    }
  }

  private static long count(List<TestOutcome> outcomes, Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }
}
