package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Undoing, last thing first. */
final class TeardownTest {
  private final Teardown teardown = new Teardown();
  private final List<String> done = new ArrayList<>();

  @Test
  void aStepThatFailsIsToldAndTheOthersAreStillTaken() {
    teardown.setLast(good -> done.add("last, good: " + good));
    teardown.add("undo the first", () -> done.add("first"));
    teardown.add(
        "undo the second",
        () -> {
          throw new IOException("it is stuck");
        });
    teardown.add("undo the third", () -> done.add("third"));

    assertThat(teardown.run(true)).containsExactly("cannot undo the second: it is stuck");
    assertThat(done).containsExactly("third", "first", "last, good: false");
  }

  @Test
  void theLastActionHearsHowItWent() {
    teardown.setLast(good -> done.add("good: " + good));

    assertThat(teardown.run(true)).isEmpty();
    assertThat(teardown.run(false)).isEmpty();

    assertThat(done).containsExactly("good: true", "good: false");
  }
}
