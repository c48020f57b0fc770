package io.keelson.runtime.docker.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectImageResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ImageAnswersTest {
  private final ImageAnswers answers = new ImageAnswers();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void anAnswerIsKeptUntilSomethingChanges() throws InterruptedException {
    answers.followed(true);
    ask();
    ask();
    assertThat(asked).hasValue(2);

    answers.changed();
    ask();
    assertThat(asked).hasValue(4);
  }

  @Test
  void nothingIsKeptWhileNobodyTellsOfChanges() throws InterruptedException {
    answers.followed(true);
    ask();
    answers.followed(false);
    ask();
    ask();
    assertThat(asked).hasValue(6);
  }

  @Test
  void anAnswerFromBeforeAChangeIsNotKept() throws InterruptedException {
    answers.followed(true);
    answers.inspected(
        "image",
        () -> {
          answers.changed();
          return Optional.of(new InspectImageResponse());
        });
    answers.listed(() -> {
      answers.changed();
      return List.of();
    });
    ask();
    assertThat(asked).hasValue(2);
  }

  @Test
  void anImageThatWasMissingIsAskedForAgain() throws InterruptedException {
    answers.followed(true);
    assertThat(answers.inspected("image", Optional::empty)).isEmpty();
    assertThat(answers.inspected("image", () -> Optional.of(new InspectImageResponse())))
        .isPresent();
  }

  private void ask() throws InterruptedException {
    answers.inspected(
        "image",
        () -> {
          asked.incrementAndGet();
          return Optional.of(new InspectImageResponse());
        });
    answers.listed(() -> {
      asked.incrementAndGet();
      return List.of();
    });
  }
}
