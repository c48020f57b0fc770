package io.keelson.conformance;

import io.keelson.conformance.exchange.CallGate;
import io.keelson.conformance.fixture.RunScope;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The end of a run: no pod, image or file of it stays, also when the JVM is told to end in its
 * middle.
 */
final class CleanUp implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RunScope scope;
  private final CallGate gate;
  private final Leftovers leftovers;
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::interrupted, "conformance-clean-up");

  private CleanUp(RunScope scope, Leftovers leftovers) {
    this.scope = scope;
    this.gate = scope.gate();
    this.leftovers = leftovers;
  }

  /** Sees to it that what the run makes from now on is removed. */
  static CleanUp of(RunScope scope, Leftovers leftovers) {
    CleanUp cleanUp = new CleanUp(scope, leftovers);
    Runtime.getRuntime().addShutdownHook(cleanUp.hook);
    return cleanUp;
  }

  /** The tests end by themselves, as they can do nothing new, and then the run is closed. */
  private void interrupted() {
    System.err.println("conformance: interrupted; removing what this run has made ...");
    gate.close();
    try {
      if (!done.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        clean();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void clean() {
    leftovers.removeOf(scope);
  }

  /** Removes it. */
  @Override
  public void close() throws InterruptedException {
    gate.close();
    // What a call makes that has not ended would not be found.
    gate.awaitCalls(PATIENCE);
    clean();
    done.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is running, and has just heard that all is done.
      return;
    }
  }
}
