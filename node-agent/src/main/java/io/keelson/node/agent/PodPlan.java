package io.keelson.node.agent;

import io.keelson.node.agent.ContainerView.Role;
import io.keelson.node.agent.PodAction.CreateSandbox;
import io.keelson.node.agent.PodAction.FinishPod;
import io.keelson.node.agent.PodAction.RemoveContainer;
import io.keelson.node.agent.PodAction.StartContainer;
import io.keelson.node.agent.PodAction.StopContainer;
import io.keelson.node.agent.PodAction.StopSandbox;
import io.keelson.node.agent.PodBlueprint.Part;
import io.keelson.node.agent.PodBlueprint.RestartPolicy;
import io.keelson.node.agent.probe.ContainerHealth;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What to do next for a pod that should run: a pure function from what is wanted and what is
 * observed. It never remembers; after its actions it is asked again.
 *
 * <pre>
 *   no usable sandbox -> stop old ones -> create one, if anything is left to run
 *   init containers in order, each to its end; a sidecar until it has started
 *   main containers together; each restarted as the policy says, after its back-off
 *   all main containers ended for good -> finish: sidecars and sandbox end, too
 * </pre>
 *
 * @param actions in the order to carry them out; empty when there is nothing to do now
 * @param backingOff containers that will be started, not before the given time
 * @param finished whether the pod's work is over, for good or bad
 */
record PodPlan(List<PodAction> actions, Map<String, Instant> backingOff, boolean finished) {

  /**
   * What is observed, and when.
   *
   * @param pod as the runtime sees it
   * @param health of running instances, by id
   * @param notBefore the earliest time for the next start of a container, by name
   * @param now the present time
   */
  record Situation(
      ObservedPod pod,
      Map<String, ContainerHealth> health,
      Map<String, Instant> notBefore,
      Instant now) {
    ContainerHealth healthOf(ObservedContainer container) {
      return health.getOrDefault(container.id(), ContainerHealth.UNKNOWN);
    }
  }

  /** Decides. */
  static PodPlan decide(PodBlueprint wanted, Situation situation) {
    return new Decision(wanted, situation).decide();
  }

  /** The earliest time at which something is to be done that cannot be done now. */
  @Nullable Instant wakeAt() {
    return backingOff.values().stream().min(Instant::compareTo).orElse(null);
  }

  private static final class Decision {
    private final PodBlueprint wanted;
    private final Situation situation;
    private final ObservedPod pod;
    private final List<PodAction> actions = new ArrayList<>();
    private final Map<String, Instant> backingOff = new HashMap<>();

    Decision(PodBlueprint wanted, Situation situation) {
      this.wanted = wanted;
      this.situation = situation;
      this.pod = situation.pod();
    }

    PodPlan decide() {
      List<PodSandboxStatus> ready = pod.sandboxes().stream().filter(ObservedPod::isReady).toList();
      if (ready.size() == 1
          && ready.getFirst().equals(pod.sandboxes().getFirst())
          && unusable(ready.getFirst()).isEmpty()) {
        return inSandbox(ready.getFirst().getId());
      }
      for (PodSandboxStatus sandbox : ready) {
        actions.add(
            new StopSandbox(
                sandbox.getId(), unusable(sandbox).orElse("a pod has one sandbox at a time")));
      }
      if (!actions.isEmpty()) {
        return plan(false);
      }
      if (nothingLeftToRun()) {
        return plan(true);
      }
      int attempt =
          pod.newestSandbox().map(newest -> newest.getMetadata().getAttempt() + 1).orElse(0);
      actions.add(new CreateSandbox(attempt));
      return plan(false);
    }

    private Optional<String> unusable(PodSandboxStatus sandbox) {
      if (ObservedPod.isHostNetwork(sandbox) != wanted.hostNetwork()) {
        return Optional.of("the pod wants another network");
      }
      if (!wanted.hostNetwork() && ObservedPod.ips(sandbox).isEmpty()) {
        return Optional.of("it has no address");
      }
      return Optional.empty();
    }

    /** Without a sandbox: whether a new one would have nothing to do. */
    private boolean nothingLeftToRun() {
      boolean ranBefore = pod.containers().stream().anyMatch(container -> !container.created());
      if (wanted.restartPolicy() == RestartPolicy.NEVER) {
        return ranBefore;
      }
      return ranBefore
          && wanted.main().stream()
              .allMatch(part -> {
                Optional<ObservedContainer> last = pod.latest(part.name());
                return last.isPresent() && !wanted.restartPolicy().restarts(last.get());
              });
    }

    private PodPlan inSandbox(String sandboxId) {
      boolean initialized =
          wanted.main().stream().anyMatch(part -> pod.latestIn(sandboxId, part.name()).isPresent());
      if (initialized) {
        wanted.init().stream().filter(Part::sidecar).forEach(part -> keepUp(part, sandboxId));
      } else {
        for (Part part : wanted.init()) {
          switch (part.role() == Role.SIDECAR
              ? keepUp(part, sandboxId)
              : initialize(part, sandboxId)) {
            case DONE -> {}
            case PENDING -> {
              return plan(false);
            }
            case FAILED -> {
              return finish();
            }
          }
        }
      }
      boolean anyLeft = false;
      for (Part part : wanted.main()) {
        anyLeft |= keepRunning(part, sandboxId);
      }
      return anyLeft ? plan(false) : finish();
    }

    private enum Progress {
      DONE,
      PENDING,
      FAILED
    }

    /** A step of an init container that runs to its end. */
    private Progress initialize(Part part, String sandboxId) {
      Optional<ObservedContainer> last = pod.latestIn(sandboxId, part.name());
      if (last.isEmpty()) {
        start(part);
        return Progress.PENDING;
      }
      ObservedContainer instance = last.get();
      if (instance.succeeded()) {
        return Progress.DONE;
      }
      if (instance.exited()) {
        if (wanted.restartPolicy() == RestartPolicy.NEVER) {
          return Progress.FAILED;
        }
        start(part);
      } else {
        settle(part, instance);
      }
      return Progress.PENDING;
    }

    /** A step of a sidecar, which is done when it has started. */
    private Progress keepUp(Part part, String sandboxId) {
      Optional<ObservedContainer> last = pod.latestIn(sandboxId, part.name());
      if (last.isEmpty() || last.get().exited()) {
        start(part);
        return Progress.PENDING;
      }
      settle(part, last.get());
      return last.get().running() && situation.healthOf(last.get()).started()
          ? Progress.DONE
          : Progress.PENDING;
    }

    /** A step of a main container; false when it has ended for good. */
    private boolean keepRunning(Part part, String sandboxId) {
      Optional<ObservedContainer> last = pod.latest(part.name());
      if (last.isPresent() && last.get().exited()) {
        if (!wanted.restartPolicy().restarts(last.get())) {
          return false;
        }
        start(part);
      } else if (last.isPresent() && last.get().sandboxId().equals(sandboxId)) {
        settle(part, last.get());
      } else {
        start(part);
      }
      return true;
    }

    /** A step of an instance that exists and has not ended. */
    private void settle(Part part, ObservedContainer instance) {
      if (instance.created()) {
        actions.add(new RemoveContainer(instance.id()));
        return;
      }
      ContainerHealth health = situation.healthOf(instance);
      if (!instance.running()) {
        stop(instance, "the runtime has lost track of it", OptionalLong.empty());
      } else if (!instance.specHash().equals(part.specHash())) {
        stop(instance, "its manifest has changed", OptionalLong.empty());
      } else if (!health.failure().isEmpty()) {
        stop(instance, health.failure(), health.graceSeconds());
      }
    }

    private void stop(ObservedContainer instance, String why, OptionalLong graceSeconds) {
      actions.add(new StopContainer(instance.id(), instance.name(), why, graceSeconds));
    }

    /** Starts an instance, once no other one is there and the back-off is over. */
    private void start(Part part) {
      Optional<ObservedContainer> live = pod.live(part.name());
      if (live.isPresent()) {
        if (live.get().created()) {
          actions.add(new RemoveContainer(live.get().id()));
        } else {
          stop(live.get(), "it is a leftover of an earlier attempt", OptionalLong.empty());
        }
        return;
      }
      Instant notBefore = situation.notBefore().get(part.name());
      if (notBefore != null && notBefore.isAfter(situation.now())) {
        backingOff.put(part.name(), notBefore);
        return;
      }
      int attempt = pod.latest(part.name()).map(last -> last.attempt() + 1).orElse(0);
      actions.add(new StartContainer(part.name(), attempt));
    }

    private PodPlan finish() {
      actions.add(new FinishPod());
      return plan(true);
    }

    private PodPlan plan(boolean finished) {
      return new PodPlan(List.copyOf(actions), Map.copyOf(backingOff), finished);
    }
  }
}
