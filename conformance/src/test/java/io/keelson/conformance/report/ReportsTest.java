package io.keelson.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.keelson.conformance.Profile;
import io.keelson.conformance.Suite;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.conformance.exchange.Exchange;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

final class ReportsTest {
  private static final Instant BEGAN = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir private Path folder = Path.of("");

  private static Exchange call(long millis, Status status, String reply) {
    return new Exchange(
        "runtime.v1.RuntimeService/Version",
        BEGAN,
        Duration.ofMillis(millis),
        "a <b>",
        reply,
        status);
  }

  private static TestOutcome outcome(
      String name, Verdict verdict, String reason, Exchange... calls) {
    return new TestOutcome(
        Profile.CORE,
        "Group",
        name,
        verdict,
        reason,
        "a document: a <rule> & more",
        Duration.ofMillis(12),
        List.of(calls));
  }

  private static Run run(TestOutcome... outcomes) {
    return new Run("runc<1>", "unix:///x", BEGAN, Duration.ofSeconds(2), List.of(outcomes));
  }

  private static Run mixed() {
    return run(
        outcome("aThingThatWorks", Verdict.PASSED, "", call(1, Status.OK, "fine")),
        outcome(
            "aThingThatDoesNot",
            Verdict.FAILED,
            "expected <1> but was \u0001 & <2>",
            call(7, Status.NOT_FOUND.withDescription("no \"such\" thing"), "")),
        outcome("aThingItNeedNotHave", Verdict.NOT_APPLICABLE, "it says it has none"));
  }

  @Test
  void thePageTellsWhatFailedWithTheCallsThatLedToItAndIsWellFormedText() throws Exception {
    Path file = folder.resolve("report.html");
    HtmlReport.write(mixed(), Suite.coverage(), file);

    String page = Files.readString(file);
    assertThat(page)
        .contains("breaks the Container Runtime Interface in 1 of 3 tests")
        .contains("A thing that does not")
        .contains("expected &lt;1&gt; but was")
        .contains("a document: a &lt;rule&gt; &amp; more")
        .contains("NOT_FOUND: no &quot;such&quot; thing")
        .contains("core/Group.aThingItNeedNotHave", "it says it has none")
        .contains("<svg ", "RuntimeService/Version", "1: p50 1.0 ms")
        .contains("WindowsPodSandboxConfig.security_context", "it is for nodes that run Windows")
        .doesNotContain("runc<1>", "http://", "https://", "<script");
  }

  @Test
  void theXmlCountsAndNamesEachTestAndHoldsNothingThatXmlCannot() throws Exception {
    Path file = folder.resolve("report.xml");
    JunitXmlReport.write(mixed(), file);

    Document document =
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    Element suite = (Element) document.getElementsByTagName("testsuite").item(0);
    assertThat(suite.getAttribute("tests")).isEqualTo("3");
    assertThat(suite.getAttribute("failures")).isEqualTo("1");
    assertThat(suite.getAttribute("skipped")).isEqualTo("1");
    Element failure = (Element) document.getElementsByTagName("failure").item(0);
    assertThat(failure.getAttribute("message")).contains("expected <1>");
    assertThat(failure.getTextContent()).contains("no \"such\" thing", "a <b>");
  }

  @Test
  void theTerminalCountsAsTestsEndAndSumsUp() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TerminalReport report =
        new TerminalReport(new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
    report.begins(3);
    mixed().outcomes().forEach(report::ended);
    report.summary(mixed());

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .contains("[1/3] ok   core/Group.aThingThatWorks (12 ms)")
        .contains("[2/3] FAIL core/Group.aThingThatDoesNot")
        .contains("NOT_FOUND: no \"such\" thing")
        .contains("core             1 passed, 1 failed, 1 not applicable")
        .endsWith("runc<1>: failed in 2.0 s\n")
        .doesNotContain("\033");
  }

  @Test
  void aTestThatEndsInDifferentWaysIsFlakyAndThatIsNoPass() {
    Run run =
        run(
            outcome("a", Verdict.PASSED, ""),
            outcome("b", Verdict.PASSED, ""),
            outcome("a", Verdict.NOT_APPLICABLE, "once"));

    assertThat(run.flaky()).containsExactly("core/Group.a [PASSED, NOT_APPLICABLE]");
    assertThat(run.passed()).isFalse();
  }

  @Test
  void percentilesAreTimesOfRealCallsThatSucceeded() {
    List<Exchange> calls = new ArrayList<>();
    for (int millis = 100; millis >= 1; millis--) {
      calls.add(call(millis, Status.OK, ""));
    }
    calls.add(call(5000, Status.UNAVAILABLE, ""));

    RpcLatency latency =
        RpcLatency.of(List.of(outcome("a", Verdict.PASSED, "", calls.toArray(Exchange[]::new))))
            .getFirst();

    assertThat(latency.rpc()).isEqualTo("RuntimeService/Version");
    assertThat(List.of(50, 90, 99, 100))
        .extracting(percent -> latency.percentile(percent).toMillis())
        .containsExactly(50L, 90L, 99L, 100L);
  }
}
