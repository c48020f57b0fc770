package io.keelson.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.runtime.spi.CriException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class InFlightCallsTest {
  private final InFlightCalls calls = new InFlightCalls(Thread.ofVirtual().factory());
  private final AtomicInteger runs = new AtomicInteger();

  /** A caller in a thread of its own. */
  private record Caller(Thread thread, Future<String> reply) {
    void awaitWaiting() {
      await().until(() -> thread.getState() == Thread.State.WAITING);
    }
  }

  private Caller call(Object request, InFlightCalls.Work<String> work) {
    FutureTask<String> reply = new FutureTask<>(() -> calls.call("key", request, work));
    return new Caller(Thread.startVirtualThread(reply), reply);
  }

  private InFlightCalls.Work<String> waitingFor(CountDownLatch gate) {
    return () -> {
      int run = runs.incrementAndGet();
      gate.await();
      return "run " + run;
    };
  }

  @Test
  void callersOfOneRequestShareARun() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    Caller first = call("request", waitingFor(gate));
    first.awaitWaiting();
    Caller second = call("request", waitingFor(gate));
    second.awaitWaiting();

    gate.countDown();

    assertThat(first.reply().get()).isEqualTo("run 1");
    assertThat(second.reply().get()).isEqualTo("run 1");
    await().until(() -> calls.size() == 0);
  }

  @Test
  void theRunGoesOnWhenOneOfItsCallersLeaves() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    Caller first = call("request", waitingFor(gate));
    first.awaitWaiting();
    Caller second = call("request", waitingFor(gate));
    second.awaitWaiting();

    first.thread().interrupt();
    assertThat(first.thread().join(Duration.ofSeconds(10))).isTrue();
    gate.countDown();

    assertThat(second.reply().get()).isEqualTo("run 1");
  }

  @Test
  void aRetryWaitsUntilAnAbandonedRunIsUndoneAndBeginsAfresh() throws Exception {
    CountDownLatch undoing = new CountDownLatch(1);
    CountDownLatch undo = new CountDownLatch(1);
    Caller first =
        call(
            "request",
            () -> {
              runs.incrementAndGet();
              try {
                new CountDownLatch(1).await();
                return "never";
              } catch (InterruptedException e) {
                undoing.countDown();
                undo.await();
                throw e;
              }
            });
    first.awaitWaiting();
    first.thread().interrupt();
    undoing.await();

    Caller retry = call("request", waitingFor(new CountDownLatch(0)));
    retry.awaitWaiting();
    assertThat(runs).hasValue(1);
    undo.countDown();

    assertThat(retry.reply().get()).isEqualTo("run 2");
  }

  @Test
  void anotherRequestForTheSameKeyIsRefused() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    Caller first = call("request", waitingFor(gate));
    first.awaitWaiting();

    assertThatThrownBy(() -> calls.call("key", "another", waitingFor(gate)))
        .isInstanceOf(CriException.class)
        .hasMessageContaining("key is under way with another request");
    gate.countDown();
    first.reply().get();
  }

  @Test
  void everyCallerLearnsOfAFailure() throws Exception {
    CompletableFuture<String> outcome = new CompletableFuture<>();
    Caller first = call("request", outcome::join);
    first.awaitWaiting();
    Caller second = call("request", outcome::join);
    second.awaitWaiting();

    outcome.completeExceptionally(CriException.unavailable("engine is down", null));

    for (Caller caller : new Caller[] {first, second}) {
      assertThatThrownBy(() -> caller.reply().get()).hasMessageContaining("engine is down");
    }
  }

  @Test
  void stoppingInterruptsWorkAndWaitsForItsEnd() throws Exception {
    Caller first = call("request", waitingFor(new CountDownLatch(1)));
    first.awaitWaiting();
    await().until(() -> runs.get() == 1);

    calls.stop(Duration.ofSeconds(10));

    assertThat(calls.size()).isZero();
    assertThatThrownBy(() -> first.reply().get()).hasCauseInstanceOf(InterruptedException.class);
  }
}
