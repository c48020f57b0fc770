package io.keelson.conformance.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keelson.conformance.Profile;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.conformance.coverage.Coverage;
import io.keelson.conformance.exchange.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Writes a run as one page of HTML that needs nothing else. */
public final class HtmlReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final StringBuilder page = new StringBuilder();
  private final Run run;
  private final Coverage coverage;

  private HtmlReport(Run run, Coverage coverage) {
    this.run = run;
    this.coverage = coverage;
  }

  /** Writes it to a file, in the place of an older one. */
  public static void write(Run run, Coverage coverage, Path file) throws IOException {
    Files.writeString(file, new HtmlReport(run, coverage).page());
  }

  private String page() throws IOException {
    page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<title>")
        .append(escaped("CRI conformance of " + run.runtime()))
        .append("</title>\n<style>\n")
        .append(style())
        .append("</style></head><body>\n");
    head();
    profiles();
    failures();
    notApplicable();
    passed();
    latencies();
    coverage();
    return page.append("</body></html>\n").toString();
  }

  private static String style() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  private void head() {
    element("h1", "CRI conformance of " + run.runtime());
    String verdict =
        run.passed()
            ? "It keeps everything of the Container Runtime Interface that it was asked about."
            : "It breaks the Container Runtime Interface in %d of %d tests."
                .formatted(run.count(Verdict.FAILED), run.outcomes().size());
    page.append("<p class=\"verdict ")
        .append(run.passed() ? "passed" : "failed")
        .append("\">")
        .append(escaped(verdict))
        .append("</p>\n");
    element(
        "p",
        "%s, %s, %.1f s. %d tests passed, %d failed, %d did not apply."
            .formatted(
                run.endpoint(),
                TIME.format(run.began()),
                run.took().toMillis() / 1e3,
                run.count(Verdict.PASSED),
                run.count(Verdict.FAILED),
                run.count(Verdict.NOT_APPLICABLE)));
    if (!run.flaky().isEmpty()) {
      element("p", "Ended in different ways when repeated: " + String.join(", ", run.flaky()));
    }
  }

  private void profiles() {
    element("h2", "Profiles");
    page.append("<table><tr><th>profile<th>verdict<th>passed<th>failed<th>not applicable</tr>\n");
    for (Profile profile : run.profiles()) {
      List<TestOutcome> outcomes = run.of(profile);
      long failed = count(outcomes, Verdict.FAILED);
      long passed = count(outcomes, Verdict.PASSED);
      String verdict = failed > 0 ? "failed" : passed > 0 ? "passed" : "not applicable";
      page.append("<tr><td>")
          .append(profile)
          .append("<td class=\"")
          .append(verdict)
          .append("\">")
          .append(verdict)
          .append("<td>")
          .append(passed)
          .append("<td>")
          .append(failed)
          .append("<td>")
          .append(count(outcomes, Verdict.NOT_APPLICABLE))
          .append("</tr>\n");
    }
    page.append("</table>\n");
  }

  private static long count(List<TestOutcome> outcomes, Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }

  private void failures() {
    List<TestOutcome> failed = run.of(Verdict.FAILED);
    if (failed.isEmpty()) {
      return;
    }
    element("h2", "What failed");
    for (TestOutcome outcome : failed) {
      page.append("<section>");
      element("h3", sentence(outcome));
      element("p", outcome.fullName(), "name");
      element("pre", outcome.reason(), "reason");
      element("p", "Asked for by " + outcome.specification());
      page.append("<details open><summary>The calls that led to it</summary>\n");
      outcome.exchanges().forEach(this::call);
      page.append("</details></section>\n");
    }
  }

  private void call(Exchange call) {
    page.append("<details class=\"call\"><summary><code>")
        .append(escaped(call.method()))
        .append("</code> <span class=\"")
        .append(call.status().isOk() ? "passed" : "failed")
        .append("\">")
        .append(escaped(Calls.ended(call.status())))
        .append("</span> ")
        .append(millis(call.took()))
        .append("</summary>\n");
    element("pre", call.request().isBlank() ? "(an empty request)" : call.request());
    element("pre", call.reply().isBlank() ? "(no reply, or an empty one)" : call.reply());
    page.append("</details>\n");
  }

  private void notApplicable() {
    List<TestOutcome> outcomes = run.of(Verdict.NOT_APPLICABLE);
    if (!outcomes.isEmpty()) {
      element("h2", "What does not apply, and why");
      page.append("<table><tr><th>test<th>reason</tr>\n");
      for (TestOutcome outcome : outcomes) {
        row(outcome.fullName(), outcome.reason());
      }
      page.append("</table>\n");
    }
  }

  private void passed() {
    List<TestOutcome> outcomes = run.of(Verdict.PASSED);
    element("h2", "What passed");
    page.append("<details><summary>").append(outcomes.size()).append(" tests</summary>\n");
    page.append("<table><tr><th>test<th>asked for by<th>time</tr>\n");
    for (TestOutcome outcome : outcomes) {
      row(outcome.fullName(), outcome.specification(), millis(outcome.duration()));
    }
    page.append("</table></details>\n");
  }

  private void latencies() {
    List<RpcLatency> latencies = RpcLatency.of(run.outcomes());
    if (!latencies.isEmpty()) {
      element("h2", "How long calls took");
      element(
          "p",
          "Calls that succeeded. The bar goes from half of the calls to 99 of 100, the line to the"
              + " longest; the scale is logarithmic.");
      page.append(LatencyChart.of(latencies));
    }
  }

  private void coverage() {
    element("h2", "What the suite asserts of the protocol");
    long covered = coverage.fields().stream().filter(field -> !field.tests().isEmpty()).count();
    element(
        "p",
        "%d of %d fields by tests, %d for a reason not, %d not yet."
            .formatted(
                covered,
                coverage.fields().size(),
                coverage.fields().size() - covered - coverage.missing().size(),
                coverage.missing().size()));
    page.append("<details><summary>RPCs</summary><table><tr><th>RPC<th>tests</tr>\n");
    for (Coverage.Rpc rpc : coverage.rpcs()) {
      row(rpc.name(), rpc.tests().isEmpty() ? "none yet" : String.join(", ", rpc.tests()));
    }
    page.append("</table></details>\n<details><summary>Fields</summary>");
    page.append("<table><tr><th>field<th>tests, or why there is none</tr>\n");
    for (Coverage.Field field : coverage.fields()) {
      row(
          field.fullName(),
          field.isMissing()
              ? "none yet"
              : field.tests().isEmpty()
                  ? "it " + field.reason()
                  : String.join(", ", field.tests()));
    }
    page.append("</table></details>\n");
  }

  /** The name of a test as the sentence it is. */
  private static String sentence(TestOutcome outcome) {
    String words =
        outcome.name().replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
    return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
  }

  private void row(String... cells) {
    page.append("<tr>");
    for (String cell : cells) {
      page.append("<td>").append(escaped(cell));
    }
    page.append("</tr>\n");
  }

  private void element(String tag, String text) {
    page.append('<').append(tag).append('>').append(escaped(text));
    page.append("</").append(tag).append(">\n");
  }

  private void element(String tag, String text, String styleClass) {
    page.append('<').append(tag).append(" class=\"").append(styleClass).append("\">");
    page.append(escaped(text)).append("</").append(tag).append(">\n");
  }

  static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
