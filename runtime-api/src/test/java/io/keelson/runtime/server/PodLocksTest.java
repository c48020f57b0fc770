package io.keelson.runtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PodLocksTest {
  private final PodLocks locks = new PodLocks();
  private final List<Integer> order = Collections.synchronizedList(new ArrayList<>());

  private Thread waiter(int number) {
    Thread thread =
        Thread.startVirtualThread(() -> {
          try (var _ = locks.acquire("pod")) {
            order.add(number);
          } catch (InterruptedException e) {
            order.add(-number);
          }
        });
    await().until(() -> thread.getState() == Thread.State.WAITING);
    return thread;
  }

  @Test
  void waitersAreServedInTheOrderTheyCameAndTheLockIsThenForgotten() throws Exception {
    List<Thread> waiters = new ArrayList<>();
    try (var _ = locks.acquire("pod")) {
      for (int i = 1; i <= 5; i++) {
        waiters.add(waiter(i));
      }
      assertThat(locks.size()).isEqualTo(1);
    }
    for (Thread waiter : waiters) {
      assertThat(waiter.join(Duration.ofSeconds(10))).isTrue();
    }

    assertThat(order).containsExactly(1, 2, 3, 4, 5);
    assertThat(locks.size()).isZero();
  }

  @Test
  void podsDoNotMeet() throws Exception {
    try (var _ = locks.acquire("one");
        var _ = locks.acquire("two")) {
      assertThat(locks.size()).isEqualTo(2);
    }
  }

  @Test
  void aWaiterThatIsInterruptedLeavesTheQueue() throws Exception {
    try (var _ = locks.acquire("pod")) {
      Thread waiter = waiter(1);
      waiter.interrupt();
      assertThat(waiter.join(Duration.ofSeconds(10))).isTrue();
      assertThat(order).containsExactly(-1);
    }

    assertThat(locks.size()).isZero();
  }
}
