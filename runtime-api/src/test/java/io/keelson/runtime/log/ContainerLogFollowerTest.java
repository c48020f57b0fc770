package io.keelson.runtime.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each step happens when the follower has read all there was and waits for more. */
class ContainerLogFollowerTest {
  @TempDir Path directory;
  private Path log;

  @BeforeEach
  void nameTheLog() {
    log = directory.resolve("0.log");
  }

  @Test
  void newLinesComeAsTheyAreWrittenAndHalfOnesOnceTheyAreWhole() throws Exception {
    assertThat(
            follow(
                () -> append("one\n"),
                () -> append("tw"),
                () -> appendRaw("o\n"),
                () -> append("three\n")))
        .containsExactly("one", "two", "three");
  }

  @Test
  void aLogThatIsNotThereYetIsAwaited() throws Exception {
    assertThat(follow(() -> {}, () -> append("first\n"))).containsExactly("first");
  }

  @Test
  void aLogThatNeverComesEndsWithTheContainer() throws Exception {
    assertThat(follow()).isEmpty();
  }

  @Test
  void readingGoesOnInTheNextFileAfterARotation() throws Exception {
    assertThat(
            follow(
                () -> append("old\n"),
                () -> Files.move(log, directory.resolve("0.log.1")),
                () -> Files.writeString(directory.resolve("0.log.1"), line("late\n"), APPENDING),
                () -> append("new\n"),
                () -> append("newer\n")))
        .containsExactly("old", "late", "new", "newer");
  }

  @Test
  void filesThatCameAndWentBetweenTwoLooksAreReadToo() throws Exception {
    assertThat(
            follow(
                () -> append("a\n"),
                () -> {
                  for (int i = 1; i <= 3; i++) {
                    Files.move(log, directory.resolve("0.log.20260101-00000" + i));
                    append("b" + i + "\n");
                  }
                }))
        .containsExactly("a", "b1", "b2", "b3");
  }

  @Test
  void aTruncatedLogIsReadFromItsNewBeginning() throws Exception {
    assertThat(
            follow(
                () -> append("long before\n"),
                () -> Files.write(log, new byte[0]),
                () -> append("x\n")))
        .containsExactly("long before", "x");
  }

  @Test
  void aDeletedLogIsReadToItsEndAndItsReplacementFromItsBeginning() throws Exception {
    assertThat(
            follow(
                () -> append("a\n"),
                () -> {
                  append("b\n");
                  Files.delete(log);
                },
                () -> append("c\n")))
        .containsExactly("a", "b", "c");
  }

  @Test
  void whatWasWrittenJustBeforeTheEndIsStillRead() throws Exception {
    append("start\n");
    boolean[] asked = new boolean[1];
    try (ContainerLogFollower follower =
        ContainerLogFollower.open(
            log,
            LogReadOptions.everything(),
            () -> {
              if (!asked[0]) {
                asked[0] = true;
                appendUnchecked("last words");
              }
              return true;
            })) {
      assertThat(rest(follower)).containsExactly("start", "last words+");
    }
  }

  @Test
  void theTailIsTakenFromTheFirstFileOnly() throws Exception {
    append("a\n");
    append("b\n");
    assertThat(
            follow(
                LogReadOptions.everything().withTailLines(1),
                () -> Files.move(log, directory.resolve("0.log.1")),
                () -> {
                  append("c\n");
                  append("d\n");
                }))
        .containsExactly("b", "c", "d");
  }

  @Test
  void theByteLimitEndsAFollow() throws Exception {
    append("abc\n");
    append("def\n");
    try (ContainerLogFollower follower =
        ContainerLogFollower.open(
            log, LogReadOptions.everything().withLimitBytes(5), () -> false)) {
      assertThat(rest(follower)).containsExactly("abc", "d+");
    }
  }

  @Test
  void anInterruptEndsAWait() throws Exception {
    append("a\n");
    Thread reader = Thread.currentThread();
    try (ContainerLogFollower follower =
        ContainerLogFollower.open(
            log,
            LogReadOptions.everything(),
            () -> {
              reader.interrupt();
              return false;
            })) {
      assertThat(follower.next()).isPresent();
      assertThatExceptionOfType(InterruptedException.class).isThrownBy(follower::next);
    }
  }

  private static final StandardOpenOption APPENDING = StandardOpenOption.APPEND;

  /** Something that happens to the log. */
  private interface Step {
    void happen() throws IOException;
  }

  private List<String> follow(Step... steps) throws Exception {
    return follow(LogReadOptions.everything(), steps);
  }

  private List<String> follow(LogReadOptions options, Step... steps) throws Exception {
    Iterator<Step> next = List.of(steps).iterator();
    try (ContainerLogFollower follower =
        new ContainerLogFollower(
            log,
            options,
            () -> !next.hasNext(),
            pause -> {
              try {
                next.next().happen();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            })) {
      return rest(follower);
    }
  }

  private static List<String> rest(ContainerLogFollower follower) throws Exception {
    List<String> contents = new ArrayList<>();
    for (Optional<LogEntry> e = follower.next(); e.isPresent(); e = follower.next()) {
      contents.add(e.get().content().toStringUtf8() + (e.get().partial() ? "+" : ""));
    }
    return contents;
  }

  private static String line(String content) {
    return "2026-01-01T00:00:00Z stdout F " + content;
  }

  private void append(String content) throws IOException {
    appendRaw(line(content));
  }

  private void appendUnchecked(String content) {
    try {
      append(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void appendRaw(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, APPENDING);
  }
}
