package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.keelson.node.agent.ContainerView.Role;
import io.keelson.node.agent.probe.ContainerHealth;
import java.util.Optional;

/** The status of each container of a pod, in Kubernetes' words. */
final class ContainerStatusBuilder {
  private static final String SCHEME = "keelson://";

  private final PodSituation situation;
  private final TerminationMessages messages;

  ContainerStatusBuilder(PodSituation situation, TerminationMessages messages) {
    this.situation = situation;
    this.messages = messages;
  }

  ContainerStatus build(Container container, Role role) {
    Optional<ObservedContainer> latest = situation.observed().latest(container.getName());
    Optional<ObservedContainer> previous =
        situation.observed().containers().stream()
            .filter(instance -> instance.name().equals(container.getName()))
            .filter(ObservedContainer::exited)
            .filter(instance -> latest.isPresent() && !instance.id().equals(latest.get().id()))
            .findFirst();
    ContainerStatus status = new ContainerStatus();
    status.setName(container.getName());
    status.setImage(container.getImage());
    status.setImageID(latest.map(instance -> instance.status().getImageId()).orElse(""));
    status.setRestartCount(latest.map(ObservedContainer::attempt).orElse(0));
    latest.ifPresent(instance -> status.setContainerID(SCHEME + instance.id()));
    ContainerHealth health =
        latest
            .filter(ObservedContainer::running)
            .map(situation::healthOf)
            .orElse(ContainerHealth.UNKNOWN);
    status.setStarted(health.started());
    status.setReady(
        role == Role.INIT
            ? latest.map(ObservedContainer::succeeded).orElse(false)
            : health.ready() && !situation.terminating());
    boolean again =
        situation.plan().backingOff().containsKey(container.getName())
            || situation.failures().containsKey(container.getName());
    if (latest.isEmpty() || latest.get().created()) {
      status.setState(waiting(container, role));
    } else if (latest.get().exited() && again && !situation.terminating()) {
      status.setState(waiting(container, role));
      status.setLastState(terminated(container, latest.get()));
      return status;
    } else if (latest.get().exited()) {
      status.setState(terminated(container, latest.get()));
    } else {
      status.setState(
          new ContainerStateBuilder()
              .withNewRunning()
              .withStartedAt(latest.get().startedAt().toString())
              .endRunning()
              .build());
    }
    status.setLastState(
        previous.map(instance -> terminated(container, instance)).orElseGet(ContainerState::new));
    return status;
  }

  private ContainerState terminated(Container container, ObservedContainer instance) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(instance.status().getExitCode())
        .withReason(instance.status().getReason())
        .withMessage(messages.of(container, instance))
        .withStartedAt(instance.startedAt().toString())
        .withFinishedAt(instance.finishedAt().toString())
        .withContainerID(SCHEME + instance.id())
        .endTerminated()
        .build();
  }

  private ContainerState waiting(Container container, Role role) {
    String name = container.getName();
    StartFailure failure = situation.failures().get(name);
    boolean backingOff = situation.plan().backingOff().containsKey(name);
    String reason;
    String message = "";
    if (failure != null) {
      reason =
          backingOff && failure.reason().equals(StartFailure.IMAGE_PULL)
              ? StartFailure.IMAGE_PULL_BACK_OFF
              : failure.reason();
      message = failure.text();
    } else if (backingOff) {
      reason = "CrashLoopBackOff";
      message = situation.pauses().getOrDefault(name, "");
    } else {
      boolean toStart =
          situation.plan().actions().stream()
              .anyMatch(action ->
                  action instanceof PodAction.StartContainer start && start.name().equals(name));
      boolean hasInit =
          !situation.record().manifest().pod().getSpec().getInitContainers().isEmpty();
      reason =
          toStart || !hasInit || role == Role.SIDECAR ? "ContainerCreating" : "PodInitializing";
    }
    return new ContainerStateBuilder()
        .withNewWaiting()
        .withReason(reason)
        .withMessage(message)
        .endWaiting()
        .build();
  }
}
