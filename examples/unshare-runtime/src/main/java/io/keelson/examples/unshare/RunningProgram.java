package io.keelson.examples.unshare;

import static io.keelson.examples.unshare.HostCommand.quoted;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The processes of a container. The first in its process namespace is the program itself. */
final class RunningProgram {
  private static final List<String> NAMESPACES =
      List.of("unshare", "--mount", "--propagation", "unchanged", "--pid", "--fork", "sh");
  private static final File NOTHING = new File("/dev/null");

  private final Process process;
  private final InputStream standardOutput;
  private final InputStream standardError;
  private final long pid;

  private RunningProgram(
      Process process, InputStream standardOutput, InputStream standardError, long pid) {
    this.process = process;
    this.standardOutput = standardOutput;
    this.standardError = standardError;
    this.pid = pid;
  }

  /**
   * Runs the script of a container in the namespaces of its pod.
   *
   * @throws IOException when the script did not come to the program; the message says why
   */
  static RunningProgram start(Path script, Pod pod, ContainerConfig config) throws IOException {
    List<String> command = new ArrayList<>(pod.namespaces().enter());
    List<String> inside = new ArrayList<>(NAMESPACES);
    inside.add(script.toString());
    if (config.getTty()) {
      command.addAll(List.of("script", "-qefc"));
      command.add(String.join(" ", inside.stream().map(each -> quoted(each)).toList()));
      command.add(NOTHING.toString());
    } else {
      command.addAll(inside);
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    if (!config.getStdin()) {
      builder.redirectInput(NOTHING);
    }
    Process process = builder.start();
    // On a terminal both streams are one.
    InputStream first = config.getTty() ? process.getInputStream() : process.getErrorStream();
    long pid = awaitProgram(first);
    return new RunningProgram(process, process.getInputStream(), process.getErrorStream(), pid);
  }

  /** Reads no byte more than what the script says before it is the program. */
  private static long awaitProgram(InputStream output) throws IOException {
    StringBuilder complaints = new StringBuilder();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int next = output.read(); next >= 0; next = output.read()) {
      if (next != '\n') {
        line.write(next);
        continue;
      }
      String text = line.toString(StandardCharsets.UTF_8).strip();
      if (text.startsWith(ContainerScript.STARTED)) {
        return Long.parseLong(text.substring(ContainerScript.STARTED.length()));
      }
      complaints.append(text).append(' ');
      line.reset();
    }
    throw new IOException(complaints.toString().strip());
  }

  InputStream standardOutput() {
    return standardOutput;
  }

  InputStream standardError() {
    return standardError;
  }

  /** The program's number on the node. */
  long pid() {
    return pid;
  }

  /** Its exit code, or 128 and the signal that ended it. */
  int awaitEnd() throws InterruptedException {
    return process.waitFor();
  }

  /** Sends a signal to the program; does nothing when it has ended. */
  void signal(String name) throws InterruptedException {
    try {
      HostCommand.run("sh", "-c", "kill -s %s %d".formatted(name, pid));
    } catch (CriException e) {
      if (ProcessHandle.of(pid).isPresent()) {
        throw e;
      }
    }
  }
}
