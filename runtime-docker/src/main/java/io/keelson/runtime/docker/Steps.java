package io.keelson.runtime.docker;

/**
 * Told the name of each step of a multi-step call before it is taken. Production does nothing with
 * it; a fault test ends the process at a chosen step and looks what is left.
 */
@FunctionalInterface
public interface Steps {
  /** Takes no notice. */
  Steps IGNORED = step -> {};

  /** Called before a step. */
  void before(String step);
}
