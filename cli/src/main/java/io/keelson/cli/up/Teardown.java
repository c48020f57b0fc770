package io.keelson.cli.up;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is to be undone, last thing first. A step that fails does not keep the others from being
 * taken. Confined to one thread.
 */
final class Teardown {
  private static final Logger log = LoggerFactory.getLogger(Teardown.class);

  private final Deque<Step> steps = new ArrayDeque<>();
  private LastAction last = good -> {};

  /** Undoes one thing. */
  @FunctionalInterface
  interface Action {
    /** Undoes it; an exception's message says what is left. */
    void run() throws Exception;
  }

  /** Comes after everything else. */
  @FunctionalInterface
  interface LastAction {
    /**
     * Undoes it; an exception's message says what is left.
     *
     * @param good whether everything has gone well until here
     */
    void run(boolean good) throws Exception;
  }

  private record Step(String what, Action action) {}

  /**
   * Notes something to undo, before it is done or right after.
   *
   * @param what names the step in a message, such as {@code remove the bridge keelson0}
   */
  void add(String what, Action action) {
    steps.push(new Step(what, action));
  }

  /** Notes the one thing to do after all others, whether they succeed or not. */
  void setLast(LastAction action) {
    last = action;
  }

  /**
   * Undoes everything.
   *
   * @param good whether everything has gone well until here
   * @return what could not be undone, and why
   */
  List<String> run(boolean good) {
    List<String> failures = new ArrayList<>();
    while (!steps.isEmpty()) {
      Step step = steps.pop();
      try {
        step.action().run();
      } catch (Exception e) {
        log.warn("cannot {}", step.what(), e);
        failures.add("cannot %s: %s".formatted(step.what(), e.getMessage()));
      }
    }
    try {
      last.run(good && failures.isEmpty());
    } catch (Exception e) {
      failures.add("cannot leave this machine clean: %s".formatted(e.getMessage()));
    }
    return failures;
  }
}
