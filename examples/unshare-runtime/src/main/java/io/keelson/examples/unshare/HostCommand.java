package io.keelson.examples.unshare;

import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of the node that do their work and end. */
final class HostCommand {
  private HostCommand() {}

  /**
   * Runs one to its end, and returns what it wrote.
   *
   * @throws CriException {@code UNKNOWN} when it ends with anything but 0, with what it said
   */
  static String run(List<String> command) throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw CriException.unknown("'%s' cannot be run: %s".formatted(command.getFirst(), e), e);
    }
    try (InputStream output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
      int code = process.waitFor();
      if (code != 0) {
        throw CriException.unknown(
            "'%s' ended with %d: %s".formatted(String.join(" ", command), code, said), null);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  static String run(String... command) throws InterruptedException {
    return run(List.of(command));
  }

  /** A word as a shell reads it back unchanged. */
  static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }
}
