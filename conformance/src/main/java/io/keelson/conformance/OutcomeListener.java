package io.keelson.conformance;

/** Is told how a run goes on, by one thread at a time. */
@FunctionalInterface
public interface OutcomeListener {

  /**
   * The run begins.
   *
   * @param tests how many tests it has, each repetition counted
   */
  default void begins(int tests) {}

  /** One test is over. */
  void ended(TestOutcome outcome);
}
