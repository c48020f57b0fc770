package io.keelson.runtime.docker.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Writes an engine's log the way the engine does, and knows the CRI log that must come of it. */
final class Spools {
  private final Path current;
  private final int maxFiles;
  private final Random random;
  private final ByteArrayOutputStream expected = new ByteArrayOutputStream();
  private long nanos = 1_700_000_000_000_000_000L;

  Spools(Path current, int maxFiles, Random random) {
    this.current = current;
    this.maxFiles = maxFiles;
    this.random = random;
  }

  /** All that the CRI log must hold by now, over all its files. */
  String expected() {
    return expected.toString(StandardCharsets.UTF_8);
  }

  /** Appends some records. */
  void write(int records) throws IOException {
    StringBuilder json = new StringBuilder();
    for (int i = 0; i < records; i++) {
      json.append(record());
    }
    Files.writeString(current, json, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String record() throws IOException {
    nanos += 1 + random.nextInt(2_000_000_000);
    String text = RandomLines.text(random, 200);
    boolean whole = random.nextInt(5) > 0;
    boolean carriageReturn = whole && random.nextInt(4) == 0;
    String stream = random.nextBoolean() ? "stdout" : "stderr";
    Instant time = Instant.ofEpochSecond(0, nanos);
    expected.write(
        (String.format(
                    "%s.%09dZ %s %s ",
                    time.toString().substring(0, 19),
                    nanos % 1_000_000_000,
                    stream,
                    whole ? "F" : "P")
                + (whole && text.endsWith("\r") && !carriageReturn
                    ? text.substring(0, text.length() - 1)
                    : text)
                + "\n")
            .getBytes(StandardCharsets.UTF_8));
    String log = text + (carriageReturn ? "\r" : "") + (whole ? "\n" : "");
    return RandomLines.json(log, stream, time.toString()) + "\n";
  }

  /** Rotates as the engine does. */
  void rotate() throws IOException {
    if (!Files.exists(current)) {
      return;
    }
    for (int i = maxFiles - 1; i > 1; i--) {
      Path from = numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(current, numbered(1), StandardCopyOption.REPLACE_EXISTING);
    Files.createFile(current);
  }

  private Path numbered(int number) {
    return current.resolveSibling(current.getFileName() + "." + number);
  }

  /**
   * The contents of a CRI log and of those rotated away from it, in the order they were written.
   */
  static String contents(Path log, List<Path> rotated) throws IOException {
    StringBuilder all = new StringBuilder();
    List<Path> files = new ArrayList<>(rotated);
    files.add(log);
    for (Path file : files) {
      all.append(Files.readString(file));
    }
    return all.toString();
  }
}
