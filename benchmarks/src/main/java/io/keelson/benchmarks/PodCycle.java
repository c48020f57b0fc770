package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** One pod with one container from nothing to nothing, each call timed. */
final class PodCycle {

  /** What is timed. */
  enum Step {
    RUN_POD_SANDBOX("RunPodSandbox"),
    CREATE_CONTAINER("CreateContainer"),
    START_CONTAINER("StartContainer"),
    POD_START("pod start (the three above)"),
    STOP_CONTAINER("StopContainer"),
    STOP_POD_SANDBOX("StopPodSandbox"),
    REMOVE_POD_SANDBOX("RemovePodSandbox"),
    POD_END("pod end (the three above)");

    private final String label;

    Step(String label) {
      this.label = label;
    }

    String label() {
      return label;
    }
  }

  private final Map<Step, Long> nanos = new EnumMap<>(Step.class);

  private PodCycle() {}

  /** Runs a pod and removes it; returns what each step took, in nanoseconds. */
  static Map<Step, Long> run(RuntimeClient client, int number, Path logs)
      throws InterruptedException {
    PodSandboxConfig pod = BenchmarkPods.pod("bench-" + number, logs).setHostname("bench").build();
    ContainerConfig container = BenchmarkPods.container("main");
    PodCycle cycle = new PodCycle();
    long begun = System.nanoTime();
    String podId = cycle.timed(Step.RUN_POD_SANDBOX, () -> client.runPodSandbox(pod, ""));
    String id =
        cycle.timed(Step.CREATE_CONTAINER, () -> client.createContainer(podId, container, pod));
    cycle.timed(Step.START_CONTAINER, () -> client.startContainer(id));
    cycle.nanos.put(Step.POD_START, System.nanoTime() - begun);
    begun = System.nanoTime();
    cycle.timed(Step.STOP_CONTAINER, () -> client.stopContainer(id, Duration.ZERO));
    cycle.timed(Step.STOP_POD_SANDBOX, () -> client.stopPodSandbox(podId));
    cycle.timed(Step.REMOVE_POD_SANDBOX, () -> client.removePodSandbox(podId));
    cycle.nanos.put(Step.POD_END, System.nanoTime() - begun);
    return cycle.nanos;
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws InterruptedException;
  }

  @FunctionalInterface
  private interface Action {
    void run() throws InterruptedException;
  }

  private <T> T timed(Step step, Call<T> call) throws InterruptedException {
    long begun = System.nanoTime();
    T result = call.run();
    nanos.put(step, System.nanoTime() - begun);
    return result;
  }

  private void timed(Step step, Action action) throws InterruptedException {
    long begun = System.nanoTime();
    action.run();
    nanos.put(step, System.nanoTime() - begun);
  }
}
