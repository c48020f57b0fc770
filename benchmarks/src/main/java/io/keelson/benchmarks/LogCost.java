package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * What a container's log costs, from its first line to its exit, which both sides show only when
 * the log is whole. The processor's time is the whole machine's: the writer, which is the same for
 * all, and every daemon and helper on the way of a line.
 *
 * @param nanosPerMib of processors, for a MiB of what the container wrote
 * @param mibPerSecond of it
 */
record LogCost(double nanosPerMib, double mibPerSecond) {
  static final int MIB = 64;
  private static final String LINE =
      "a line of a log as long as many are ".repeat(3).substring(0, 99);
  private static final int LINES = MIB * 1024 * 1024 / (LINE.length() + 1);
  private static final int LOOK_MILLIS = 20;
  private static final long NANOS_PER_TICK = 10_000_000;
  private static final Pattern SPACES = Pattern.compile(" +");

  static LogCost measure(RuntimeClient client, int number, Path logs)
      throws IOException, InterruptedException {
    PodSandboxConfig pod = BenchmarkPods.pod("log-" + number, logs).build();
    ContainerConfig writer =
        BenchmarkPods.container("writer").toBuilder()
            .addCommand("/bin/busybox")
            .addCommand("sh")
            .addCommand("-c")
            .addCommand("/bin/busybox yes '%s' | /bin/busybox head -n %d".formatted(LINE, LINES))
            .build();
    String podId = client.runPodSandbox(pod, "");
    try {
      String id = client.createContainer(podId, writer, pod);
      long busy = busyNanos();
      long begun = System.nanoTime();
      client.startContainer(id);
      while (client.containerStatus(id).getState() != ContainerState.CONTAINER_EXITED) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      double used = busyNanos() - busy;
      requireWhole(logs.resolve("log-" + number).resolve("writer.log"));
      return new LogCost(used / MIB, MIB / seconds);
    } finally {
      client.stopPodSandbox(podId);
      client.removePodSandbox(podId);
    }
  }

  private static void requireWhole(Path log) throws IOException {
    try (var lines = Files.lines(log)) {
      long count = lines.count();
      if (count != LINES) {
        throw new IOException("%s has %d lines of %d".formatted(log, count, LINES));
      }
    }
    Files.delete(log);
  }

  /** What this machine's processors have worked so far, as {@code /proc/stat} counts it. */
  private static long busyNanos() throws IOException {
    try (var lines = Files.lines(Path.of("/proc/stat"))) {
      long[] ticks =
          SPACES
              .splitAsStream(lines.findFirst().orElseThrow())
              .skip(1)
              .mapToLong(Long::parseLong)
              .toArray();
      // user nice system idle iowait irq softirq
      return LongStream.of(ticks[0], ticks[1], ticks[2], ticks[5], ticks[6]).sum() * NANOS_PER_TICK;
    }
  }
}
