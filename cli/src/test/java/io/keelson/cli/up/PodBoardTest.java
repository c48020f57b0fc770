package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for pods to come up. */
@Timeout(30)
final class PodBoardTest {
  private static final List<String> BOTH = List.of("default/a", "default/b");
  private static final Duration LONG = Duration.ofMinutes(10);

  private final PodBoard board = new PodBoard(() -> {});

  private CompletableFuture<Boolean> waiting() {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return board.awaitUp(BOTH, LONG);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void podsAreUpOnceAllAreReadyOrDoneWithTheirWork() {
    CompletableFuture<Boolean> up = waiting();
    board.changed(PodViews.pod("a", "Running", true));
    board.changed(PodViews.pod("c", "Failed", false));
    assertThat(up).isNotDone();

    board.changed(PodViews.pod("b", "Succeeded", false));

    assertThat(up.join()).isTrue();
  }

  @Test
  void aPodThatHasFailedEndsTheWaitAtOnce() {
    CompletableFuture<Boolean> up = waiting();

    board.changed(PodViews.pod("b", "Failed", false));

    assertThat(up.join()).isFalse();
  }

  @Test
  void aReadyPodThatIsBeingEndedIsNotUp() throws Exception {
    board.changed(PodViews.pod("a", "Running", true));
    board.changed(PodViews.terminating(PodViews.pod("b", "Running", true)));

    assertThat(board.awaitUp(BOTH, Duration.ofMillis(1))).isFalse();
  }

  @Test
  void aPodThatIsGoneIsNotUp() throws Exception {
    board.changed(PodViews.pod("a", "Running", true));
    board.changed(PodViews.pod("b", "Running", true));
    board.removed("default", "b");

    assertThat(board.awaitUp(BOTH, Duration.ZERO)).isFalse();
    assertThat(board.awaitUp(List.of("default/a"), Duration.ZERO)).isTrue();
  }
}
