package io.keelson.runtime.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerLogReaderTest {
  private static final LogReadOptions ALL = LogReadOptions.everything();

  @TempDir Path directory;
  private Path log;

  @BeforeEach
  void nameTheLog() {
    log = directory.resolve("0.log");
  }

  @Test
  void piecesOfALineAreJoinedOnRequestEvenWhenStreamsInterleave() throws IOException {
    lines("1 stdout P a", "2 stderr P x", "3 stdout P b", "4 stderr F y", "5 stdout F c");
    assertThat(contents(ALL)).containsExactly("a+", "x+", "b+", "y", "c");
    assertThat(contents(ALL.withJoinedPartials())).containsExactly("xy", "abc");
    assertThat(read(ALL.withJoinedPartials()).getLast().epochNanos())
        .as("a joined line has the time of its first piece")
        .isEqualTo(EpochNanos.of(Instant.parse("2026-01-01T00:00:01Z")));
  }

  @Test
  void aLineWithoutItsLastPieceIsPartial() throws IOException {
    lines("1 stdout F a", "2 stdout P b", "3 stdout P c");
    assertThat(contents(ALL.withJoinedPartials())).containsExactly("a", "bc+");
  }

  @Test
  void aLineStillBeingWrittenIsPartialAndOneWithoutAHeaderIsLeftOut() throws IOException {
    Files.writeString(log, "2026-01-01T00:00:01Z stdout F all\n2026-01-01T00:00:02Z stdout F ha");
    assertThat(contents(ALL)).containsExactly("all", "ha+");
    Files.writeString(log, "2026-01-01T00:00:01Z stdout F all\n2026-01-01T00:0");
    assertThat(contents(ALL)).containsExactly("all");
  }

  @Test
  void theTailCountsLinesOfTheFileOrOfTheContainer() throws IOException {
    lines("1 stdout F a", "2 stdout P b", "3 stdout F c", "4 stdout P d", "5 stdout F e");
    assertThat(contents(ALL.withTailLines(3))).containsExactly("c", "d+", "e");
    assertThat(contents(ALL.withTailLines(2).withJoinedPartials())).containsExactly("bc", "de");
    assertThat(contents(ALL.withTailLines(3).withJoinedPartials()))
        .containsExactly("a", "bc", "de");
    assertThat(contents(ALL.withTailLines(0))).isEmpty();
    assertThat(contents(ALL.withTailLines(99))).hasSize(5);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void theTailIsTheEndOfTheWholeWhateverTheLengthsOfLines(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> written = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      int length = random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(50);
      written.add("1 stdout " + (random.nextInt(4) == 0 ? "P " : "F ") + "x".repeat(length));
    }
    written.add("1 stdout F end");
    lines(written.toArray(String[]::new));
    if (random.nextBoolean()) {
      Files.writeString(log, Files.readString(log).stripTrailing());
    }
    for (LogReadOptions options : List.of(ALL.withJoinedPartials(), ALL)) {
      List<LogEntry> all = read(options);
      for (int n : new int[] {1, 2, 10, 50}) {
        assertThat(read(options.withTailLines(n)))
            .isEqualTo(all.subList(all.size() - n, all.size()));
      }
    }
  }

  @Test
  void entriesBeforeAMomentAreLeftOut() throws IOException {
    lines("1 stdout F a", "2 stdout F b", "3 stdout F c");
    assertThat(contents(ALL.withSince(Instant.parse("2026-01-01T00:00:02Z"))))
        .containsExactly("b", "c");
  }

  @Test
  void theByteLimitCountsWhatAPersonWouldSeeAndCutsTheLastEntry() throws IOException {
    lines("1 stdout F abc", "2 stdout F def", "3 stdout F ghi");
    assertThat(contents(ALL.withLimitBytes(8))).containsExactly("abc", "def");
    assertThat(contents(ALL.withLimitBytes(6))).containsExactly("abc", "de+");
    assertThat(contents(ALL.withLimitBytes(7))).containsExactly("abc", "def+");
    assertThat(contents(ALL.withLimitBytes(0))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {60_000, 65_536, 200_000, 3_000_000})
  void linesOfAnyLengthComeWholeInBoundedPieces(int length) throws IOException {
    String content = "0123456789".repeat(length / 10);
    lines("1 stdout F before", "2 stderr F " + content, "3 stdout F after");
    for (LogReadOptions options : List.of(ALL, ALL.withJoinedPartials())) {
      List<LogEntry> entries = read(options);
      assertThat(entries)
          .allMatch(entry -> entry.content().size() <= LogReadOptions.MAX_JOINED_BYTES);
      assertThat(entries.getFirst().content().toStringUtf8()).isEqualTo("before");
      assertThat(entries.getLast().content().toStringUtf8()).isEqualTo("after");
      List<LogEntry> pieces = entries.subList(1, entries.size() - 1);
      assertThat(pieces).allMatch(piece -> piece.stream() == LogStream.STDERR);
      assertThat(pieces.getLast().partial()).isFalse();
      assertThat(pieces.subList(0, pieces.size() - 1)).allMatch(LogEntry::partial);
      assertThat(
              ByteString.copyFrom(pieces.stream().map(LogEntry::content).toList()).toStringUtf8())
          .isEqualTo(content);
    }
  }

  @Test
  void aMalformedLineIsReportedWithItsPlaceAndReadingGoesOnBehindIt() throws IOException {
    lines("1 stdout F a");
    Files.writeString(log, Files.readString(log) + "rubbish\n");
    long place = "2026-01-01T00:00:01Z stdout F a\n".length();
    Files.writeString(log, Files.readString(log) + "2026-01-01T00:00:02Z stdout F b\n");
    try (ContainerLogReader reader = ContainerLogReader.open(log, ALL)) {
      assertThat(reader.next()).isPresent();
      assertThatExceptionOfType(LogFormatException.class)
          .isThrownBy(reader::next)
          .withMessageContaining(log + ", byte " + place)
          .withMessageContaining("rubbish");
      assertThat(reader.next().map(entry -> entry.content().toStringUtf8())).contains("b");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noFileWhateverItHoldsStopsTheReaderShortOfItsEnd(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = new byte[300_000];
    random.nextBytes(bytes);
    byte[] line = "2026-01-01T00:00:01Z stdout F good\n".getBytes(ISO_8859_1);
    for (int i = 0; i < 1000; i++) {
      System.arraycopy(line, 0, bytes, random.nextInt(bytes.length - line.length), line.length);
    }
    byte[] end = "\n2026-01-01T00:00:01Z stdout F end\n".getBytes(ISO_8859_1);
    System.arraycopy(end, 0, bytes, bytes.length - end.length, end.length);
    Files.write(log, bytes);
    LogReadOptions options = random.nextBoolean() ? ALL : ALL.withTailLines(500);
    try (ContainerLogReader reader = ContainerLogReader.open(log, options)) {
      String last = "";
      for (boolean more = true; more; ) {
        try {
          Optional<LogEntry> entry = reader.next();
          more = entry.isPresent();
          last = entry.map(e -> e.content().toStringUtf8()).orElse(last);
        } catch (LogFormatException e) {
          assertThat(e).hasMessageContaining("not a CRI log line");
        }
      }
      assertThat(last).isEqualTo("end");
    }
  }

  @Test
  void aMissingLogIsAnError() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> ContainerLogReader.open(log, ALL));
  }

  private void lines(String... lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append("2026-01-01T00:00:0").append(line.charAt(0)).append('Z');
      text.append(line.substring(1)).append('\n');
    }
    Files.writeString(log, text);
  }

  private List<LogEntry> read(LogReadOptions options) throws IOException {
    List<LogEntry> entries = new ArrayList<>();
    try (ContainerLogReader reader = ContainerLogReader.open(log, options)) {
      for (Optional<LogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
        entries.add(e.get());
      }
    }
    return entries;
  }

  private List<String> contents(LogReadOptions options) throws IOException {
    return read(options).stream()
        .map(e -> e.content().toStringUtf8() + (e.partial() ? "+" : ""))
        .toList();
  }
}
