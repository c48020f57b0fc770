package io.keelson.runtime.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogEntryTest {
  private static final String TIME = "2026-02-03T04:05:06.000000007Z";
  private static final long NANOS = EpochNanos.of(Instant.parse(TIME));

  @Test
  void fourFieldsMakeAnEntryAndTheContentKeepsItsSpaces() {
    assertThat(parse(TIME + " stderr F  two  words "))
        .isEqualTo(
            new LogEntry(NANOS, LogStream.STDERR, false, ByteString.copyFromUtf8(" two  words ")));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-02-03T04:05:06Z, 0",
    "2026-02-03T04:05:06.5Z, 500000000",
    "2026-02-03T05:05:06.000000001+01:00, 1"
  })
  void timesOfAnyPrecisionAndOffsetAreUnderstood(String time, long nanosOfSecond) {
    assertThat(parse(time + " stdout F x").epochNanos()).isEqualTo(NANOS - 7 + nanosOfSecond);
  }

  @ParameterizedTest
  @CsvSource({"P, true", "F, false", "P:later, true", "F:a:b, false"})
  void onlyTheFirstTagCounts(String tags, boolean partial) {
    assertThat(parse(TIME + " stdout " + tags + " x").partial()).isEqualTo(partial);
  }

  @Test
  void anEmptyLineOfTheContainerIsAnEntry() {
    assertThat(parse(TIME + " stdout F ").content()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        TIME + " stdout F",
        "yesterday stdout F x",
        "+999999999-01-01T00:00:00Z stdout F x",
        TIME + " stdin F x",
        TIME + " stdout Q x",
        TIME + " stdout  x",
        TIME + " stdout FP x"
      })
  void anyOtherLineIsRefusedAndQuoted(String line) {
    assertThatExceptionOfType(LogFormatException.class)
        .isThrownBy(() -> parse(line))
        .withMessageContaining("\"" + line + "\"");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void noDamageToALineDoesAnythingButRefuseIt(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 5_000; round++) {
      byte[] line = (TIME + " stdout P some content").getBytes(UTF_8);
      for (int n = random.nextInt(4); n >= 0; n--) {
        line[random.nextInt(line.length)] = (byte) random.nextInt();
      }
      try {
        LogEntry.parse(ByteString.copyFrom(line, 0, random.nextInt(line.length + 1)));
      } catch (LogFormatException e) {
        assertThat(e).hasMessageStartingWith("not a CRI log line");
      }
    }
  }

  private static LogEntry parse(String line) {
    return LogEntry.parse(ByteString.copyFromUtf8(line));
  }
}
