package io.keelson.conformance;

import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.conformance.exchange.Exchange;
import io.keelson.conformance.fixture.RunScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** Turns what JUnit tells into outcomes. Thread-safe. */
final class OutcomeCollector implements TestExecutionListener {
  private final RunScope scope;
  private final OutcomeListener listener;
  private final Map<String, Long> begins = new ConcurrentHashMap<>();
  private final List<TestOutcome> outcomes = new ArrayList<>();

  OutcomeCollector(RunScope scope, OutcomeListener listener) {
    this.scope = scope;
    this.listener = listener;
  }

  synchronized List<TestOutcome> outcomes() {
    return List.copyOf(outcomes);
  }

  @Override
  public void executionStarted(TestIdentifier test) {
    begins.put(test.getUniqueId(), System.nanoTime());
  }

  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    Long begin = begins.remove(test.getUniqueId());
    // What ends because the run is interrupted says nothing about the runtime.
    if (begin == null
        || scope.gate().isClosed()
        || !(test.getSource().orElse(null) instanceof MethodSource source)) {
      return;
    }
    Specification specification = source.getJavaMethod().getAnnotation(Specification.class);
    Verdict verdict =
        switch (result.getStatus()) {
          case SUCCESSFUL -> Verdict.PASSED;
          case ABORTED -> Verdict.NOT_APPLICABLE;
          case FAILED -> Verdict.FAILED;
        };
    TestOutcome outcome =
        new TestOutcome(
            Profile.of(source.getJavaClass()),
            source.getJavaClass().getSimpleName(),
            source.getMethodName(),
            verdict,
            reason(result.getThrowable().orElse(null)),
            specification == null ? "" : specification.document() + ": " + specification.says(),
            Duration.ofNanos(System.nanoTime() - begin),
            exchanges(test, verdict));
    synchronized (this) {
      outcomes.add(outcome);
      listener.ended(outcome);
    }
  }

  /** The texts of what went well would only fill the memory. */
  private List<Exchange> exchanges(TestIdentifier test, Verdict verdict) {
    List<Exchange> exchanges = scope.exchangesOf(test.getUniqueId());
    return verdict == Verdict.PASSED
        ? exchanges.stream().map(Exchange::withoutTexts).toList()
        : exchanges;
  }

  private static String reason(@Nullable Throwable failure) {
    if (failure == null) {
      return "";
    }
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }
}
