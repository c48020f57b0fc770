package io.keelson.benchmarks;

import io.keelson.benchmarks.PodCycle.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Keelson on Docker beside containerd, on the same machine, in the same run, with the same CNI
 * configuration and image. Rounds alternate, so that whatever else the machine does hits both.
 * Prints medians and ratios; decides nothing.
 */
public final class SideBySide {
  private static final int WARM_UP_CALLS = 10_000;
  private static final int CALLS = 20_000;
  private static final int STARTS = 5;
  private static final int WARM_UP_PODS = 3;
  private static final int SETTLE_SECONDS = 5;
  private static final double MIB = 1024.0 * 1024;

  private SideBySide() {}

  /** Arguments: the launcher, the peer's binary, and how many pods each. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length != 3) {
      System.err.println("usage: SideBySide LAUNCHER CONTAINERD PODS; see benchmarks/run");
      System.exit(2);
    }
    Path containerd = Path.of(args[1]);
    int pods = Integer.parseInt(args[2]);
    Workspace workspace = Workspace.create();
    try (KeelsonRuntime ours = KeelsonRuntime.prepare(Path.of(args[0]), workspace);
        ContainerdRuntime theirs =
            ContainerdRuntime.prepare(containerd, workspace, architecture())) {
      compare(ours, theirs, workspace, pods);
    } finally {
      workspace.close();
    }
  }

  /** The engine's word for this machine's architecture. */
  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private static void compare(
      KeelsonRuntime ours, ContainerdRuntime theirs, Workspace workspace, int pods)
      throws IOException, InterruptedException {
    System.out.printf("%-34s %13s %13s %8s%n", "median", ours.name(), theirs.name(), "ratio");
    List<Long> ourStarts = new ArrayList<>();
    List<Long> theirStarts = new ArrayList<>();
    for (int i = 0; i < STARTS; i++) {
      ourStarts.add(restart(ours, i));
      theirStarts.add(restart(theirs, i));
    }
    print("daemon start to first answer", "ms", median(ourStarts) / 1e6, median(theirStarts) / 1e6);
    // A daemon is idle once what its start has set off has run out.
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    print("idle, resident", "MiB", ours.residentBytes() / MIB, theirs.residentBytes() / MIB);
    theirs.importImages();
    Histogram ourVersion = version(ours);
    Histogram theirVersion = version(theirs);
    for (double percentile : new double[] {50, 99}) {
      print(
          "Version p%.0f".formatted(percentile),
          "us",
          ourVersion.getValueAtPercentile(percentile) / 1e3,
          theirVersion.getValueAtPercentile(percentile) / 1e3);
    }
    Map<Step, List<Long>> ourSteps = new EnumMap<>(Step.class);
    Map<Step, List<Long>> theirSteps = new EnumMap<>(Step.class);
    for (int i = 0; i < WARM_UP_PODS + pods; i++) {
      Map<Step, Long> our =
          PodCycle.run(
              ours.client(), i, Files.createDirectories(workspace.folder().resolve("logs-ours")));
      Map<Step, Long> their =
          PodCycle.run(
              theirs.client(),
              i,
              Files.createDirectories(workspace.folder().resolve("logs-theirs")));
      if (i >= WARM_UP_PODS) {
        our.forEach(
            (step, nanos) -> ourSteps.computeIfAbsent(step, s -> new ArrayList<>()).add(nanos));
        their.forEach(
            (step, nanos) -> theirSteps.computeIfAbsent(step, s -> new ArrayList<>()).add(nanos));
      }
    }
    ourSteps.forEach((step, nanos) ->
        print(
            step.label(),
            "ms",
            median(nanos) / 1e6,
            median(theirSteps.getOrDefault(step, List.of(0L))) / 1e6));
    print(
        "after the pods, resident",
        "MiB",
        ours.residentBytes() / MIB,
        theirs.residentBytes() / MIB);
  }

  private static long restart(MeasuredRuntime runtime, int round)
      throws IOException, InterruptedException {
    if (round > 0) {
      runtime.stop();
    }
    return runtime.start().toNanos();
  }

  private static Histogram version(MeasuredRuntime runtime) throws InterruptedException {
    Histogram histogram = new Histogram(TimeUnit.SECONDS.toNanos(10), 3);
    for (int i = 0; i < WARM_UP_CALLS + CALLS; i++) {
      long begun = System.nanoTime();
      runtime.client().version();
      if (i >= WARM_UP_CALLS) {
        histogram.recordValue(System.nanoTime() - begun);
      }
    }
    return histogram;
  }

  private static double median(List<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2.0;
  }

  private static void print(String what, String unit, double ours, double theirs) {
    System.out.printf(
        "%-34s %9.2f %s %9.2f %s %8.2f%n", what, ours, unit, theirs, unit, ours / theirs);
  }
}
