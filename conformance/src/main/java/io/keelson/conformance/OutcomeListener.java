package io.keelson.conformance;

/** Is told the outcome of each test as soon as it is over, by one thread at a time. */
@FunctionalInterface
public interface OutcomeListener {
  /** One test is over. */
  void ended(TestOutcome outcome);
}
