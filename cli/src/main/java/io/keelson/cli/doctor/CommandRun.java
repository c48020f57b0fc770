package io.keelson.cli.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that was run to its end.
 *
 * @param status its exit status
 * @param output what it wrote to both streams, the first 64 KiB
 */
public record CommandRun(int status, String output) {
  private static final int OUTPUT_LIMIT = 64 * 1024;
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** True for exit status 0. */
  public boolean succeeded() {
    return status == 0;
  }

  /**
   * Runs a program without a shell and without input, for at most 30 seconds.
   *
   * @throws IOException when it cannot be started or does not end in time; it is killed then
   */
  public static CommandRun of(Path program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .start();
    try (var output = process.getInputStream()) {
      // A pipe that fills up would keep the program from ending.
      byte[] text = output.readNBytes(OUTPUT_LIMIT);
      output.skip(Long.MAX_VALUE);
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("%s did not end within %d s".formatted(program, LIMIT.toSeconds()));
      }
      return new CommandRun(process.exitValue(), new String(text, StandardCharsets.UTF_8).strip());
    } finally {
      process.destroyForcibly();
    }
  }
}
