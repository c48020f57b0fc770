package io.keelson.node.agent.probe;

/**
 * What one attempt of a probe came to.
 *
 * @param success whether the container answered well
 * @param message what it answered otherwise, for a person
 */
public record ProbeOutcome(boolean success, String message) {
  /** The container answered well. */
  public static final ProbeOutcome SUCCESS = new ProbeOutcome(true, "");

  /** It did not. */
  public static ProbeOutcome failure(String message) {
    return new ProbeOutcome(false, message);
  }
}
