package io.keelson.runtime.docker.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLogParserTest {
  private static final ObjectMapper JACKSON = new ObjectMapper();
  private final JsonLogParser parser = new JsonLogParser(64 * 1024);

  private boolean parse(String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return parser.parse(bytes, 0, bytes.length);
  }

  private String content() {
    return StandardCharsets.UTF_8.decode(parser.content().duplicate()).toString();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void readsWhatJacksonReads(long seed) throws Exception {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      Instant time =
          Instant.ofEpochSecond(random.nextLong(0, 4_000_000_000L), random.nextInt(1_000_000_000));
      String log = RandomLines.text(random, 60);
      String line =
          RandomLines.json(log, random.nextBoolean() ? "stdout" : "stderr", time.toString());
      JsonNode expected = JACKSON.readTree(line);

      assertThat(parse(line)).as(line).isTrue();
      assertThat(content()).isEqualTo(expected.get("log").asText()).isEqualTo(log);
      assertThat(parser.stream().wireName()).isEqualTo(expected.get("stream").asText());
      assertThat(parser.epochNanos())
          .isEqualTo(time.getEpochSecond() * 1_000_000_000L + time.getNano());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void neverFailsOtherwiseThanByFalseOnDamagedLines(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 5000; i++) {
      byte[] line =
          RandomLines.json(RandomLines.text(random, 30), "stdout", "2026-01-02T03:04:05.6Z")
              .getBytes(StandardCharsets.UTF_8);
      for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
        line[random.nextInt(line.length)] = (byte) random.nextInt(256);
      }
      int from = random.nextInt(3);
      int to = line.length - random.nextInt(3);
      if (parser.parse(line, from, to)) {
        assertThat(parser.content().limit()).isLessThanOrEqualTo(line.length);
      }
    }
  }

  @Test
  void skipsTheAttributesAContainerAskedFor() {
    assertThat(
            parse(
                "{\"log\":\"x\\n\",\"stream\":\"stderr\",\"attrs\":{\"a\":\"}\\\"{\",\"b\":[1,{}]},"
                    + "\"n\":12,\"time\":\"2026-01-02T03:04:05Z\"}"))
        .isTrue();
    assertThat(content()).isEqualTo("x\n");
    assertThat(parser.epochNanos())
        .isEqualTo(Instant.parse("2026-01-02T03:04:05Z").getEpochSecond() * 1_000_000_000L);
  }

  @Test
  void aSurrogateWithoutItsOtherHalfBecomesTheReplacementCharacter() {
    assertThat(
            parse(
                "{\"log\":\"\\ud83d!\\ud83d\\ude00\\ude00\",\"stream\":\"stdout\","
                    + "\"time\":\"2026-01-02T03:04:05Z\"}"))
        .isTrue();
    assertThat(content()).isEqualTo("\ufffd!😀\ufffd");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "null",
        "{\"log\":\"x\",\"stream\":\"stdout\"}",
        "{\"log\":\"x\",\"stream\":\"stdin\",\"time\":\"2026-01-02T03:04:05Z\"}",
        "{\"log\":\"x\",\"stream\":\"stdout\",\"time\":\"yesterday\"}",
        "{\"log\":\"x\",\"stream\":\"stdout\",\"time\":\"2026-13-02T03:04:05Z\"}",
        "{\"log\":\"x\",\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05Z\"}}",
        "{\"log\":\"\\x\",\"stream\":\"stdout\",\"time\":\"2026-01-02T03:04:05Z\"}",
      })
  void refusesWhatIsNoRecord(String line) {
    assertThat(parse(line)).isFalse();
  }
}
