package io.keelson.runtime.log;

import static io.keelson.runtime.log.ContainerLogWriter.MAX_CONTENT_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is written, however it is cut up, comes back as the same bytes in the same order. */
class LogRoundTripTest {
  @TempDir Path directory;

  static List<Long> seeds() {
    return new Random(20260203).longs(40).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void filesOfARotatedLogHoldAllOutput(long seed) throws IOException {
    Container container = new Container(seed);
    while (container.step()) {}
    LogReadOptions options = container.someOptions();
    Output output = new Output();
    for (Path file : container.files()) {
      try (ContainerLogReader reader = ContainerLogReader.open(file, options)) {
        for (Optional<LogEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
          assertThat(e.get().content().size() <= MAX_CONTENT_BYTES || options.joinPartials())
              .isTrue();
          output.add(e.get());
        }
      }
    }
    output.assertIs(container.expected);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aFollowerGetsAllOutputAcrossRotations(long seed) throws Exception {
    Container container = new Container(seed);
    boolean[] ended = new boolean[1];
    Output output = new Output();
    try (ContainerLogFollower follower =
        new ContainerLogFollower(
            container.log,
            container.someOptions(),
            () -> ended[0],
            pause -> {
              for (int n = container.random.nextInt(3); n >= 0 && !ended[0]; n--) {
                ended[0] = !container.step();
              }
            })) {
      for (Optional<LogEntry> e = follower.next(); e.isPresent(); e = follower.next()) {
        output.add(e.get());
      }
    }
    output.assertIs(container.expected);
  }

  /** Output per stream as a terminal would have shown it. */
  private static final class Output {
    private final Map<LogStream, ByteArrayOutputStream> streams = new EnumMap<>(LogStream.class);

    void add(LogEntry entry) {
      of(entry.stream()).writeBytes(entry.content().toByteArray());
      if (!entry.partial()) {
        of(entry.stream()).write('\n');
      }
    }

    ByteArrayOutputStream of(LogStream stream) {
      return streams.computeIfAbsent(stream, s -> new ByteArrayOutputStream());
    }

    void assertIs(Output expected) {
      for (LogStream stream : LogStream.values()) {
        assertThat(of(stream).toByteArray()).isEqualTo(expected.of(stream).toByteArray());
      }
    }
  }

  /** A container that writes anything at all, in steps, while its log is rotated now and then. */
  private final class Container {
    final Random random;
    final Path log;
    final Output expected = new Output();
    private final ContainerLogWriter writer;
    private final List<Path> rotated = new ArrayList<>();
    private final Map<LogStream, Boolean> afterCr = new EnumMap<>(LogStream.class);
    private int stepsLeft;

    Container(long seed) throws IOException {
      random = new Random(seed);
      log = directory.resolve("0.log");
      writer = ContainerLogWriter.open(log, Clock.systemUTC());
      stepsLeft = 5 + random.nextInt(60);
    }

    LogReadOptions someOptions() {
      LogReadOptions all = LogReadOptions.everything();
      return random.nextBoolean() ? all : all.withJoinedPartials();
    }

    List<Path> files() {
      List<Path> files = new ArrayList<>(rotated);
      files.add(log);
      return files;
    }

    /** Does one thing; false once the container has ended. */
    boolean step() {
      try {
        if (stepsLeft-- == 0) {
          writer.close();
          afterCr.forEach((stream, cr) -> {
            if (cr) {
              expected.of(stream).write('\r');
            }
          });
          return false;
        }
        switch (random.nextInt(6)) {
          case 0 -> rotate();
          case 1 -> writer.flush();
          default -> write();
        }
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void rotate() throws IOException {
      Path target = directory.resolve("0.log.20260203-%06d".formatted(rotated.size()));
      Files.move(log, target);
      rotated.add(target);
      writer.reopen();
    }

    private void write() throws IOException {
      LogStream stream = random.nextBoolean() ? LogStream.STDOUT : LogStream.STDERR;
      byte[] bytes =
          new byte[random.nextInt(10) == 0 ? random.nextInt(100_000) : random.nextInt(99)];
      random.nextBytes(bytes);
      int lineEnds = random.nextInt(20);
      for (int i = 0; i < lineEnds && bytes.length > 0; i++) {
        int at = random.nextInt(bytes.length);
        bytes[at] = '\n';
        if (at > 0 && random.nextBoolean()) {
          bytes[at - 1] = '\r';
        }
      }
      expect(stream, bytes);
      writer.write(stream, ByteBuffer.wrap(bytes));
    }

    private void expect(LogStream stream, byte[] bytes) {
      boolean cr = afterCr.getOrDefault(stream, false);
      for (byte b : bytes) {
        if (cr && b != '\n') {
          expected.of(stream).write('\r');
        }
        cr = b == '\r';
        if (!cr) {
          expected.of(stream).write(b);
        }
      }
      afterCr.put(stream, cr);
    }
  }
}
