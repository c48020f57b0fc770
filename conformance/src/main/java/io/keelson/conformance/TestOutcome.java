package io.keelson.conformance;

import io.keelson.conformance.exchange.Exchange;
import java.time.Duration;
import java.util.List;

/**
 * What came of one test.
 *
 * @param profile the profile it belongs to
 * @param group the name of its class
 * @param name the name of its method
 * @param verdict how it ended
 * @param reason why it failed or does not apply; empty when it passed
 * @param specification what the runtime is held to
 * @param duration how long it took
 * @param exchanges the calls it made, in the order of their ends; without their texts when it
 *     passed
 */
public record TestOutcome(
    Profile profile,
    String group,
    String name,
    Verdict verdict,
    String reason,
    String specification,
    Duration duration,
    List<Exchange> exchanges) {

  /** How a test ended. */
  public enum Verdict {
    /** The runtime keeps this part of the contract. */
    PASSED,
    /** It does not. */
    FAILED,
    /** This part of the contract does not bind this runtime, for a reason that is told. */
    NOT_APPLICABLE
  }

  /** Copies the list. */
  public TestOutcome {
    exchanges = List.copyOf(exchanges);
  }

  /** Names the test in full. */
  public String fullName() {
    return profile + "/" + group + "." + name;
  }
}
