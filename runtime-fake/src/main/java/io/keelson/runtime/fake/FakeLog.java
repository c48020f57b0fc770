package io.keelson.runtime.fake;

import io.keelson.runtime.log.ContainerLogWriter;
import io.keelson.runtime.log.LogStream;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A container's log in CRI format. Open only while a line is written, so that thousands of quiet
 * containers cost no buffers and no file descriptors.
 */
final class FakeLog {
  private final @Nullable Path file;
  private final Clock clock;

  FakeLog(@Nullable Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /** Where it is, or the empty string. */
  String path() {
    return file == null ? "" : file.toString();
  }

  /**
   * Adds a line.
   *
   * @throws CriException {@code UNKNOWN} when the file cannot be written
   */
  void append(String line) {
    write(line + "\n");
  }

  /** Makes the file anew when it was moved away. */
  void reopen() {
    write("");
  }

  private void write(String text) {
    if (file == null) {
      return;
    }
    try (ContainerLogWriter writer = ContainerLogWriter.open(file, clock)) {
      writer.write(LogStream.STDOUT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw CriException.unknown("container log %s cannot be written: %s".formatted(file, e), e);
    }
  }
}
