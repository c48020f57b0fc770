package io.keelson.runtime.state;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * File work that is done to its end in an interrupted thread too, where a channel closes under
 * whoever uses it. A caller that was cancelled still has to record what it undid. The interrupt
 * stays set.
 */
final class Uninterrupted {
  private Uninterrupted() {}

  /** Work that can be done again from its beginning. */
  interface Work {
    void run() throws IOException;
  }

  /** Such work with a result. */
  interface Question<T> {
    T ask() throws IOException;
  }

  static void run(Work work) throws IOException {
    var _ =
        call(() -> {
          work.run();
          return true;
        });
  }

  static <T> T call(Question<T> question) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          return question.ask();
        } catch (ClosedByInterruptException e) {
          interrupted = true;
          Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
