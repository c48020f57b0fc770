package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs and removes many pods, many at a time, while the daemon is killed again and again, and
 * counts what is left in the end. A pod whose call was cut short is treated as a node agent treats
 * it: what there is of it is looked up, removed, and the pod is run again.
 */
public final class Soak {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int REPORTS = 10;

  /**
   * Pools grow and shrink by a few; a leak of one for each pod would be as many as there are pods.
   */
  private static final int POOL_NOISE = 16;

  private final KeelsonRuntime runtime;
  private final RuntimeClient client;
  private final Path logs;
  private final int pods;
  private final AtomicInteger next = new AtomicInteger(0);
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger kills = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);

  private Soak(KeelsonRuntime runtime, RuntimeClient client, Path logs, int pods) {
    this.runtime = runtime;
    this.client = client;
    this.logs = logs;
    this.pods = pods;
  }

  /** Arguments: the launcher, pods, how many at a time, seconds between kills (0 for none). */
  public static void main(String[] args) throws Exception {
    if (args.length != 4) {
      System.err.println("usage: Soak LAUNCHER PODS PARALLEL KILL_SECONDS; see benchmarks/soak");
      System.exit(2);
    }
    int parallel = Integer.parseInt(args[2]);
    Duration interval = Duration.ofSeconds(Integer.parseInt(args[3]));
    Workspace workspace = Workspace.create();
    List<String> left;
    try (KeelsonRuntime runtime = KeelsonRuntime.prepare(Path.of(args[0]), workspace)) {
      runtime.start();
      try (RuntimeClient client = runtime.connect()) {
        Path logs = workspace.folder().resolve("logs");
        left =
            new Soak(runtime, client, logs, Integer.parseInt(args[1]))
                .run(parallel, interval, workspace);
      }
    } catch (Exception e) {
      e.printStackTrace();
      throw e;
    } finally {
      workspace.close();
    }
    left.forEach(what -> System.out.println("LEFT: " + what));
    System.out.println(left.isEmpty() ? "nothing is left" : left.size() + " things are left");
    System.exit(left.isEmpty() ? 0 : 1);
  }

  private List<String> run(int parallel, Duration interval, Workspace workspace) throws Exception {
    // Whatever as many pods at a time make for good, pools and such, is not a leak.
    inParallel(parallel, () -> cycle(next.decrementAndGet()));
    next.set(1);
    ProcessUse before = runtime.use();
    long begun = System.nanoTime();
    Thread killer = Thread.ofVirtual().unstarted(() -> kill(interval));
    if (!interval.isZero()) {
      killer.start();
    }
    try {
      inParallel(parallel, this::work);
    } finally {
      ended.countDown();
      if (!interval.isZero()) {
        killer.join();
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        "%d pods in %.0f s, %.1f a second; the daemon was killed %d times, %d pods were run again%n",
        done.get(), seconds, done.get() / seconds, kills.get(), repeated.get());
    ProcessUse after = runtime.settledUse(before);
    System.out.printf("before: %s%nafter:  %s%n", before, after);
    return leftovers(before, after, workspace);
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void inParallel(int workers, Work work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> running = new ArrayList<>();
      for (int i = 0; i < workers; i++) {
        running.add(
            threads.submit(() -> {
              work.run();
              return true;
            }));
      }
      for (Future<Boolean> worker : running) {
        worker.get();
      }
    }
  }

  private List<String> leftovers(ProcessUse before, ProcessUse after, Workspace workspace)
      throws IOException, InterruptedException {
    List<String> left = new ArrayList<>(runtime.leftovers(workspace));
    client
        .listPodSandboxes(PodSandboxFilter.getDefaultInstance())
        .forEach(pod -> left.add("pod sandbox " + pod.getId()));
    client
        .listContainers(ContainerFilter.getDefaultInstance())
        .forEach(container -> left.add("listed container " + container.getId()));
    if (after.threads() > before.threads() + POOL_NOISE) {
      left.add("threads: %d, before %d".formatted(after.threads(), before.threads()));
    }
    if (after.files() > before.files() + POOL_NOISE) {
      left.add("open files: %d, before %d".formatted(after.files(), before.files()));
    }
    return left;
  }

  private void work() throws InterruptedException, IOException {
    while (true) {
      int number = next.getAndIncrement();
      if (number > pods) {
        return;
      }
      cycle(number);
      int finished = done.incrementAndGet();
      if (finished % Math.max(1, pods / REPORTS) == 0) {
        System.out.printf("%5d pods, %s%n", finished, use());
      }
    }
  }

  private String use() {
    try {
      return runtime.use().toString();
    } catch (IOException e) {
      return "the daemon is being restarted";
    }
  }

  private void kill(Duration interval) {
    try {
      while (!ended.await(interval.toSeconds(), TimeUnit.SECONDS)) {
        runtime.killAndRestart();
        kills.incrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new IllegalStateException("the daemon did not come back", e);
    }
  }

  private void cycle(int number) throws InterruptedException {
    PodSandboxConfig pod =
        BenchmarkPods.pod("soak-" + number, logs)
            .setHostname("soak")
            .putLabels("soak", String.valueOf(number))
            .build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        runAndRemove(pod);
        return;
      } catch (CriException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        repeated.incrementAndGet();
        client.awaitReady(PATIENCE);
        remove(pod, deadline);
      }
    }
  }

  private void runAndRemove(PodSandboxConfig pod) throws InterruptedException {
    String podId = client.runPodSandbox(pod, "");
    String id = client.createContainer(podId, BenchmarkPods.container("main"), pod);
    client.startContainer(id);
    client.stopContainer(id, Duration.ZERO);
    client.stopPodSandbox(podId);
    client.removePodSandbox(podId);
  }

  private void remove(PodSandboxConfig pod, long deadline) throws InterruptedException {
    while (true) {
      try {
        for (PodSandbox found :
            client.listPodSandboxes(
                PodSandboxFilter.newBuilder().putAllLabelSelector(pod.getLabelsMap()).build())) {
          client.stopPodSandbox(found.getId());
          client.removePodSandbox(found.getId());
        }
        return;
      } catch (CriException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        client.awaitReady(PATIENCE);
      }
    }
  }
}
