package io.keelson.benchmarks;

import io.keelson.benchmarks.PodCycle.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/**
 * Keelson on Docker beside containerd and other peers, on the same machine, in the same run, with
 * the same CNI configuration and image. Rounds alternate, so that whatever else the machine does
 * hits all. Prints medians and ratios; decides nothing.
 */
public final class SideBySide {
  private static final int WARM_UP_CALLS = 10_000;
  private static final int CALLS = 20_000;
  private static final int STARTS = 5;
  private static final int WARM_UP_PODS = 3;
  private static final int PARALLEL = 20;
  private static final int SETTLE_SECONDS = 5;
  private static final int LOG_ROUNDS = 5;
  private static final double MIB = 1024.0 * 1024;
  private static final double MS = 1e6;

  private final Workspace workspace;
  private final List<MeasuredRuntime> runtimes;

  private SideBySide(Workspace workspace, List<MeasuredRuntime> runtimes) {
    this.workspace = workspace;
    this.runtimes = runtimes;
  }

  /**
   * Arguments: the launcher, the peer's binary, a file for the image, how many pods each, and
   * further peers that run already.
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length < 4) {
      System.err.println(
          "usage: SideBySide LAUNCHER CONTAINERD IMAGE_FILE PODS [NAME=ENDPOINT...];"
              + " see benchmarks/run");
      System.exit(2);
    }
    int pods = Integer.parseInt(args[3]);
    Workspace workspace = Workspace.create();
    Path image = workspace.write(Workspace.image(architecture()), Path.of(args[2]));
    List<MeasuredRuntime> runtimes = new ArrayList<>();
    try {
      runtimes.add(KeelsonRuntime.prepare(Path.of(args[0]), workspace));
      runtimes.add(ContainerdRuntime.prepare(Path.of(args[1]), workspace, architecture()));
      for (int i = 4; i < args.length; i++) {
        runtimes.add(RunningPeer.of(args[i], image));
      }
      new SideBySide(workspace, runtimes).compare(pods);
    } finally {
      for (MeasuredRuntime runtime : runtimes.reversed()) {
        runtime.close();
      }
      workspace.close();
    }
  }

  /** The engine's word for this machine's architecture. */
  private static String architecture() {
    return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
  }

  private void compare(int pods) throws IOException, InterruptedException {
    Table.header(runtimes.stream().map(MeasuredRuntime::name).toList());
    starts();
    // A daemon is idle once what its start has set off has run out.
    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
    resident("idle, resident");
    for (MeasuredRuntime runtime : runtimes) {
      runtime.takeImages();
    }
    version();
    pods(pods);
    parallelPods(pods);
    lists();
    logs();
    resident("after the pods, resident");
  }

  private void starts() throws IOException, InterruptedException {
    List<List<Long>> starts = new ArrayList<>();
    runtimes.forEach(runtime -> starts.add(new ArrayList<>()));
    for (int round = 0; round < STARTS; round++) {
      for (int i = 0; i < runtimes.size(); i++) {
        MeasuredRuntime runtime = runtimes.get(i);
        if (round > 0) {
          runtime.stop();
        }
        starts.get(i).add(runtime.start().toNanos());
      }
    }
    row("daemon start to first answer", "ms", starts, nanos -> Table.median(nanos) / MS);
  }

  private void resident(String what) throws IOException {
    List<Double> sizes = new ArrayList<>();
    for (MeasuredRuntime runtime : runtimes) {
      sizes.add(runtime.residentBytes() / MIB);
    }
    Table.row(what, "MiB", sizes);
  }

  private void version() throws InterruptedException {
    List<Histogram> histograms = new ArrayList<>();
    for (MeasuredRuntime runtime : runtimes) {
      histograms.add(version(runtime));
    }
    for (double percentile : new double[] {50, 99}) {
      row(
          "Version p%.0f".formatted(percentile),
          "us",
          histograms,
          histogram -> histogram.getValueAtPercentile(percentile) / 1e3);
    }
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

  private void pods(int pods) throws IOException, InterruptedException {
    List<Map<Step, List<Long>>> steps = new ArrayList<>();
    List<List<Long>> engines = new ArrayList<>();
    runtimes.forEach(runtime -> {
      steps.add(new EnumMap<>(Step.class));
      engines.add(new ArrayList<>());
    });
    for (int i = 0; i < WARM_UP_PODS + pods; i++) {
      for (int j = 0; j < runtimes.size(); j++) {
        Map<Step, List<Long>> kept = steps.get(j);
        Map<Step, Long> nanos = PodCycle.run(runtimes.get(j).client(), i, logs(runtimes.get(j)));
        if (i >= WARM_UP_PODS) {
          nanos.forEach(
              (step, time) -> kept.computeIfAbsent(step, s -> new ArrayList<>()).add(time));
          engines.get(j).add(runtimes.get(j).engineStartNanos());
        }
      }
    }
    for (Step step : Step.values()) {
      row(
          step.label(),
          "ms",
          steps,
          times -> Table.median(times.getOrDefault(step, List.of())) / MS);
    }
    row("of a start: the engine's own calls", "ms", engines, nanos -> Table.median(nanos) / MS);
  }

  private Path logs(MeasuredRuntime runtime) throws IOException {
    return Files.createDirectories(workspace.folder().resolve("logs").resolve(runtime.name()));
  }

  private void parallelPods(int pods) throws IOException, InterruptedException {
    List<Double> perSecond = new ArrayList<>();
    for (MeasuredRuntime runtime : runtimes) {
      Path logs = logs(runtime);
      int count = Math.max(pods, PARALLEL);
      long begun = System.nanoTime();
      try (ExecutorService workers = Executors.newFixedThreadPool(PARALLEL)) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          int number = 10_000 + i;
          running.add(workers.submit(() -> PodCycle.run(runtime.client(), number, logs)));
        }
        for (Future<?> pod : running) {
          try {
            pod.get();
          } catch (ExecutionException e) {
            throw new IOException(runtime.name() + " failed with pods in parallel", e);
          }
        }
      }
      perSecond.add(count / ((System.nanoTime() - begun) / 1e9));
    }
    Table.row("pods a second, %d in parallel".formatted(PARALLEL), "/s", perSecond);
  }

  private void lists() throws IOException, InterruptedException {
    List<Map<String, Double>> medians = new ArrayList<>();
    for (MeasuredRuntime runtime : runtimes) {
      medians.add(CrowdedNode.measure(runtime.client(), logs(runtime)));
    }
    for (String call : medians.getFirst().keySet()) {
      row(
          "%s, %d containers".formatted(call, CrowdedNode.CONTAINERS),
          "ms",
          medians,
          figures -> figures.getOrDefault(call, 0.0));
    }
  }

  private void logs() throws IOException, InterruptedException {
    List<List<Long>> costs = new ArrayList<>();
    List<List<Long>> speeds = new ArrayList<>();
    runtimes.forEach(runtime -> {
      costs.add(new ArrayList<>());
      speeds.add(new ArrayList<>());
    });
    for (int round = 0; round < LOG_ROUNDS; round++) {
      for (int i = 0; i < runtimes.size(); i++) {
        LogCost cost = LogCost.measure(runtimes.get(i).client(), round, logs(runtimes.get(i)));
        costs.get(i).add((long) cost.nanosPerMib());
        speeds.get(i).add((long) (cost.mibPerSecond() * 1e3));
      }
    }
    row("processors' time for a MiB of log", "ms", costs, nanos -> Table.median(nanos) / MS);
    row("log of %d MiB".formatted(LogCost.MIB), "MiB/s", speeds, s -> Table.median(s) / 1e3);
  }

  private static <T> void row(
      String what, String unit, List<T> measured, ToDoubleFunction<T> figure) {
    Table.row(what, unit, measured.stream().map(figure::applyAsDouble).toList());
  }
}
