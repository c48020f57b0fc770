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
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";

  private final PrintStream out;
  private final boolean colours;
  private int tests;
  private int ended;

  /**
   * Creates a report that has printed nothing.
   *
   * @param colours whether {@code out} shows colours
   */
  public TerminalReport(PrintStream out, boolean colours) {
    this.out = out;
    this.colours = colours;
  }

  @Override
  public void begins(int count) {
    tests = count;
  }

  @Override
  public void ended(TestOutcome outcome) {
    ended++;
    out.printf(
        "[%d/%d] %s %s (%d ms)%n",
        ended, tests, word(outcome.verdict()), outcome.fullName(), outcome.duration().toMillis());
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
            call.method(),
            oneLine(call.request()),
            Calls.ended(call.status()),
            oneLine(call.reply()));
      }
    }
  }

  private String word(Verdict verdict) {
    return switch (verdict) {
      case PASSED -> coloured(GREEN, "ok  ");
      case FAILED -> coloured(RED, "FAIL");
      case NOT_APPLICABLE -> coloured(YELLOW, "n/a ");
    };
  }

  private String coloured(String colour, String text) {
    return colours ? "\033[" + colour + "m" + text + "\033[0m" : text;
  }

  private static String oneLine(String message) {
    return message.strip().replaceAll("\\s+", " ");
  }

  /** Prints how many tests of each profile passed, and which are flaky. */
  public void summary(Run run) {
    for (Profile profile : run.profiles()) {
      List<TestOutcome> own = run.of(profile);
      out.printf(
          "%-16s %d passed, %d failed, %d not applicable%n",
          profile,
          count(own, Verdict.PASSED),
          count(own, Verdict.FAILED),
          count(own, Verdict.NOT_APPLICABLE));
    }
    run.flaky().forEach(test -> out.println("flaky: " + test));
    out.printf(
        "%s: %s in %.1f s%n",
        run.runtime(),
        run.passed() ? "passed" : coloured(RED, "failed"),
        run.took().toMillis() / 1e3);
  }

  private static long count(List<TestOutcome> outcomes, Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }
}
