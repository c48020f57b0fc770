package io.keelson.conformance;

import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.RuntimeServiceGrpc.RuntimeServiceBlockingStub;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Pods of the suite that their tests did not remove. They are told by their label. */
final class Leftovers {
  private static final long SECONDS = 60;

  private final Channel runtime;

  Leftovers(Channel runtime) {
    this.runtime = runtime;
  }

  /** Removes those of all runs, which were killed then. */
  void removeAll() {
    remove(pod -> pod.containsLabels(RuntimeUnderTest.RUN_LABEL));
  }

  /** Removes those of one run. */
  void removeOf(String run) {
    remove(pod -> run.equals(pod.getLabelsMap().get(RuntimeUnderTest.RUN_LABEL)));
  }

  private void remove(Predicate<PodSandbox> which) {
    try {
      // Filtered here: that the runtime filters rightly is what tests are for.
      stub().listPodSandbox(ListPodSandboxRequest.getDefaultInstance()).getItemsList().stream()
          .filter(which)
          .map(PodSandbox::getId)
          .forEach(this::remove);
    } catch (StatusRuntimeException e) {
      System.err.println(
          "conformance: pods with the label %s may be left over: %s"
              .formatted(RuntimeUnderTest.RUN_LABEL, e.getMessage()));
    }
  }

  private void remove(String id) {
    stub().stopPodSandbox(StopPodSandboxRequest.newBuilder().setPodSandboxId(id).build());
    stub().removePodSandbox(RemovePodSandboxRequest.newBuilder().setPodSandboxId(id).build());
  }

  private RuntimeServiceBlockingStub stub() {
    return RuntimeServiceGrpc.newBlockingStub(runtime).withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
  }
}
