package io.keelson.runtime.fake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.keelson.runtime.spi.CriException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * What a command does in a fake container. It knows these words, and prints those of any other
 * command:
 *
 * <ul>
 *   <li>{@code cat} copies its input to its output
 *   <li>{@code sh} runs a command for each line of its input
 *   <li>{@code exit N} ends with an exit code
 *   <li>{@code complain WORDS} prints words as errors
 *   <li>{@code print N} prints so many letters x
 *   <li>{@code terminal} waits for a size of its terminal and prints it, columns first
 *   <li>{@code sleep} runs until it is killed
 * </ul>
 *
 * @param stdin its input
 * @param sizes the sizes its terminal is given
 */
record FakeProgram(InputStream stdin, BlockingQueue<String> sizes) {
  private static final int BLOCK = 8192;

  /** Runs a command to its end, in this thread; the exit code. */
  int run(List<String> command, OutputStream stdout, OutputStream stderr)
      throws IOException, InterruptedException {
    Integer code =
        command.getFirst().equals("sh") ? shell(stdout, stderr) : execute(command, stdout, stderr);
    return code == null ? 0 : code;
  }

  private @Nullable Integer shell(OutputStream stdout, OutputStream stderr)
      throws IOException, InterruptedException {
    BufferedReader lines = new BufferedReader(new InputStreamReader(stdin, UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Integer code = execute(List.of(line.strip().split(" +", -1)), stdout, stderr);
      if (code != null) {
        return code;
      }
    }
    return null;
  }

  /** Runs one command; its exit code when that ends a shell too. */
  private @Nullable Integer execute(List<String> command, OutputStream stdout, OutputStream stderr)
      throws IOException, InterruptedException {
    List<String> words = command.subList(1, command.size());
    switch (command.getFirst()) {
      case "cat" -> {
        byte[] buffer = new byte[BLOCK];
        for (int count = stdin.read(buffer); count >= 0; count = stdin.read(buffer)) {
          stdout.write(buffer, 0, count);
          stdout.flush();
        }
      }
      case "exit" -> {
        return (int) number(words);
      }
      case "complain" -> print(stderr, String.join(" ", words));
      case "print" -> {
        byte[] block = new byte[BLOCK];
        Arrays.fill(block, (byte) 'x');
        for (long left = number(words); left > 0; left -= BLOCK) {
          stdout.write(block, 0, (int) Math.min(left, BLOCK));
        }
      }
      case "terminal" -> print(stdout, sizes.take());
      case "sleep" -> new CountDownLatch(1).await();
      default -> print(stdout, String.join(" ", command));
    }
    return null;
  }

  private static long number(List<String> words) {
    String word = words.isEmpty() ? "" : words.getFirst();
    try {
      return Long.parseLong(word);
    } catch (NumberFormatException e) {
      throw CriException.invalidArgument("\"" + word + "\" is not a number");
    }
  }

  private static void print(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(UTF_8));
    out.flush();
  }
}
