package io.keelson.runtime.log;

import static io.keelson.runtime.log.ContainerLogWriter.MAX_CONTENT_BYTES;
import static io.keelson.runtime.log.LogStream.STDERR;
import static io.keelson.runtime.log.LogStream.STDOUT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerLogWriterTest {
  private static final String TIME = "2026-02-03T04:05:06.120000000Z";
  private static final Clock CLOCK = Clock.fixed(Instant.parse(TIME), ZoneOffset.UTC);

  @TempDir Path directory;

  @Test
  void eachLineBecomesAnEntryOnceItsEndHasCome() throws IOException {
    Path log = directory.resolve("0.log");
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("one\ntwo\n\nthr"));
      writer.write(STDERR, bytes("oh\n"));
      writer.write(STDOUT, bytes("ee\n"));
    }
    assertThat(log)
        .hasContent(
            String.join(
                "\n",
                TIME + " stdout F one",
                TIME + " stdout F two",
                TIME + " stdout F ",
                TIME + " stderr F oh",
                TIME + " stdout F three",
                ""));
  }

  @Test
  void finishedEntriesReachTheFileOnFlushAndUnfinishedOnesOnClose() throws IOException {
    Path log = directory.resolve("0.log");
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("done\nprompt> "));
      assertThat(log).isEmptyFile();
      writer.flush();
      assertThat(log).hasContent(TIME + " stdout F done\n");
    }
    assertThat(log).hasContent(TIME + " stdout F done\n" + TIME + " stdout P prompt> \n");
  }

  @Test
  void givenTimesAreWrittenToTheNanosecond() throws IOException {
    Path log = directory.resolve("0.log");
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, 1_000_000_001L, bytes("a\n"));
      writer.write(STDOUT, -1L, bytes("b\n"));
    }
    assertThat(log)
        .hasContent(
            """
            1970-01-01T00:00:01.000000001Z stdout F a
            1969-12-31T23:59:59.999999999Z stdout F b
            """);
  }

  @Test
  void aLongLineIsSplitAndOneOfExactlyTheLimitIsNot() throws IOException {
    Path log = directory.resolve("0.log");
    String full = "x".repeat(MAX_CONTENT_BYTES);
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes(full + "\n" + full + "y\n" + full + full + "\n"));
    }
    assertThat(log)
        .hasContent(
            String.join(
                "\n",
                TIME + " stdout F " + full,
                TIME + " stdout P " + full,
                TIME + " stdout F y",
                TIME + " stdout P " + full,
                TIME + " stdout F " + full,
                ""));
  }

  @Test
  void theCarriageReturnOfALineEndIsDroppedEvenBehindAFullPiece() throws IOException {
    Path log = directory.resolve("0.log");
    String full = "x".repeat(MAX_CONTENT_BYTES);
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("a\r\nb\r\r\nc\rd\n" + full + "\r"));
      writer.write(STDOUT, bytes("\n" + full + "\r"));
      writer.write(STDOUT, bytes("e\n"));
    }
    assertThat(Files.readString(log))
        .isEqualTo(
            String.join(
                "\n",
                TIME + " stdout F a",
                TIME + " stdout F b\r",
                TIME + " stdout F c\rd",
                TIME + " stdout F " + full,
                TIME + " stdout P " + full,
                TIME + " stdout F \re",
                ""));
  }

  @Test
  void afterReopenOutputGoesToAFreshFileOfTheSameName() throws IOException {
    Path log = directory.resolve("0.log");
    Path rotated = directory.resolve("0.log.20260203-040506");
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("old\nhal"));
      Files.move(log, rotated);
      writer.reopen();
      writer.write(STDOUT, bytes("f\n"));
    }
    assertThat(rotated).hasContent(TIME + " stdout F old\n");
    assertThat(log).hasContent(TIME + " stdout F half\n");
  }

  @Test
  void missingDirectoriesAreMadeAndExistingLogsContinued() throws IOException {
    Path log = directory.resolve("pod/container/0.log");
    for (String line : new String[] {"one\n", "two\n"}) {
      try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
        writer.write(STDOUT, bytes(line));
      }
    }
    assertThat(log).hasContent(TIME + " stdout F one\n" + TIME + " stdout F two\n");
  }

  @Test
  void aLineCutShortByACrashDoesNotSpoilTheNext() throws IOException {
    Path log = directory.resolve("0.log");
    Files.writeString(log, TIME + " stdout F torn");
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("next\n"));
    }
    assertThat(log).hasContent(TIME + " stdout F torn\n" + TIME + " stdout F next\n");
  }

  @Test
  void onAFullDiskTheCallFailsAndTellsHowMuchItTook() throws IOException {
    ContainerLogWriter writer = ContainerLogWriter.open(Path.of("/dev/full"), CLOCK);
    ByteBuffer output = bytes("line\n".repeat(10_000));
    assertThatIOException()
        .isThrownBy(() -> writer.write(STDOUT, output))
        .withMessageContaining("No space left");
    int taken = output.position();
    assertThat(taken).isPositive().isLessThan(output.limit());
    assertThatIOException().isThrownBy(() -> writer.write(STDOUT, output));
    assertThat(output.position()).isEqualTo(taken);
    assertThatIOException().isThrownBy(writer::close);
  }

  @Test
  void anInterruptedThreadWritesAndReopensAsAnyOther() throws IOException {
    Path log = directory.resolve("0.log");
    Thread.currentThread().interrupt();
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("one\n"));
      writer.reopen();
      writer.write(STDOUT, bytes("two\n"));
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(log).hasContent(TIME + " stdout F one\n" + TIME + " stdout F two\n");
  }

  @Test
  void aLogTruncatedFromOutsideGoesOnAtItsNewEnd() throws IOException {
    Path log = directory.resolve("0.log");
    try (ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK)) {
      writer.write(STDOUT, bytes("one\n"));
      writer.flush();
      Files.write(log, new byte[0]);
      writer.write(STDOUT, bytes("two\n"));
    }
    assertThat(log).hasContent(TIME + " stdout F two\n");
  }

  @Test
  void aClosedWriterRefusesOutputByTheFilesName() throws IOException {
    Path log = directory.resolve("0.log");
    ContainerLogWriter writer = ContainerLogWriter.open(log, CLOCK);
    writer.close();
    writer.close();
    assertThatIOException()
        .isThrownBy(() -> writer.write(STDOUT, bytes("late\n")))
        .withMessageContaining(log.toString());
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(UTF_8));
  }
}
