package io.keelson.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, which gets signals and ends. Killed at close. */
final class KeelsonProcess implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Process process;
  private final Path output;

  private KeelsonProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it from the class path of this test.
   *
   * @param folder where its output goes
   */
  static KeelsonProcess start(Path folder, String... words) throws IOException {
    return start(folder, List.of(), words);
  }

  /** The same with options of the JVM. */
  static KeelsonProcess start(Path folder, List<String> javaOptions, String... words)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
    command.addAll(javaOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(words));
    return launch(folder, command);
  }

  /** Starts any command. */
  static KeelsonProcess launch(Path folder, List<String> command) throws IOException {
    Path output = Files.createTempFile(folder, "output", ".txt");
    // Tests that are run in the background of a shell inherit that Ctrl-C is ignored.
    List<String> withSignals = new ArrayList<>(List.of("env", "--default-signal=INT"));
    withSignals.addAll(command);
    Process process =
        new ProcessBuilder(withSignals)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(output.toFile())
            .start();
    return new KeelsonProcess(process, output);
  }

  /** What it has written until now, to both streams. */
  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + output, e);
    }
  }

  /** Waits until its output contains a text. */
  void awaitOutput(String text) {
    await()
        .atMost(LIMIT)
        .until(() -> {
          String written = output();
          if (!written.contains(text) && !process.isAlive()) {
            throw new IllegalStateException(
                "ended with %d without '%s':%n%s".formatted(process.exitValue(), text, written));
          }
          return written.contains(text);
        });
  }

  /** Sends a signal, such as {@code INT}. */
  void signal(String name) throws IOException, InterruptedException {
    int status =
        new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    if (status != 0) {
      throw new IllegalStateException("kill -" + name + " failed with " + status);
    }
  }

  /** Waits for its end and tells its exit status. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
      throw new IllegalStateException("does not end:\n" + output());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }
}
