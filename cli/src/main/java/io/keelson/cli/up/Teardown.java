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

  /** Undoes one thing. */
  @FunctionalInterface
  interface Action {
    /** Undoes it; an exception's message says what is left. */
    void run() throws Exception;
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

  /** Undoes everything, and tells what could not be. */
  List<String> run() {
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
    return failures;
  }
}
