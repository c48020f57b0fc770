package io.keelson.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process uses at a moment.
 *
 * @param residentBytes of its memory
 * @param threads the kernel's, not virtual ones
 * @param files open ones, sockets included
 */
record ProcessUse(long residentBytes, int threads, int files) {
  private static final long MIB = 1024 * 1024;

  static ProcessUse of(long pid) throws IOException {
    Path process = Path.of("/proc", String.valueOf(pid));
    List<String> status = Files.readAllLines(process.resolve("status"));
    try (Stream<Path> files = Files.list(process.resolve("fd"))) {
      return new ProcessUse(
          number(status, "VmRSS:") * 1024, (int) number(status, "Threads:"), (int) files.count());
    }
  }

  private static long number(List<String> status, String key) throws IOException {
    for (String line : status) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("the process has ended");
  }

  @Override
  public String toString() {
    return "%d MiB resident, %d threads, %d open files"
        .formatted(residentBytes / MIB, threads, files);
  }
}
