package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.HostIP;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.keelson.node.agent.ContainerView.Role;
import io.keelson.node.agent.config.Resources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The status of a pod, as a kubelet would report it. Remembers when conditions changed. */
final class PodStatusBuilder {
  private final String hostIp;
  private final TerminationMessages messages;
  private final Map<PodCondition, io.fabric8.kubernetes.api.model.PodCondition> before =
      new EnumMap<>(PodCondition.class);

  PodStatusBuilder(String hostIp, TerminationMessages messages) {
    this.hostIp = hostIp;
    this.messages = messages;
  }

  /** The pod as people and programs may see it. */
  PodView view(PodSituation situation) {
    PodSpec spec = situation.record().manifest().pod().getSpec();
    PodStatus status = new PodStatus();
    ContainerStatusBuilder containers = new ContainerStatusBuilder(situation, messages);
    List<ContainerView> views = new ArrayList<>();
    for (Container container : spec.getInitContainers()) {
      Role role = PodBlueprint.initRole(container);
      ContainerStatus built = containers.build(container, role);
      status.getInitContainerStatuses().add(built);
      views.add(view(situation, built, role));
    }
    for (Container container : spec.getContainers()) {
      ContainerStatus built = containers.build(container, Role.MAIN);
      status.getContainerStatuses().add(built);
      views.add(view(situation, built, Role.MAIN));
    }
    status.setPhase(phase(situation, views));
    status.setReason(situation.record().failure().isEmpty() ? null : situation.record().failure());
    status.setMessage(situation.lastError().isEmpty() ? null : situation.lastError());
    status.setStartTime(situation.record().startTime().toString());
    status.setQosClass(Resources.qosClass(situation.record().manifest().pod()).word());
    status.setHostIP(hostIp);
    status.getHostIPs().add(new HostIP(hostIp));
    List<String> ips = ips(situation);
    for (String ip : ips) {
      status.getPodIPs().add(new PodIP(ip));
    }
    status.setPodIP(ips.isEmpty() ? null : ips.getFirst());
    boolean ready = conditions(situation, status, views);
    return new PodView(
        situation.record().manifest().namespace(),
        situation.record().manifest().name(),
        situation.record().manifest().uid(),
        status.getPhase(),
        situation.terminating(),
        ready,
        ips,
        views,
        situation.lastError(),
        status);
  }

  private List<String> ips(PodSituation situation) {
    return situation
        .observed()
        .newestSandbox()
        .filter(ObservedPod::isReady)
        .map(sandbox ->
            ObservedPod.isHostNetwork(sandbox) ? List.of(hostIp) : ObservedPod.ips(sandbox))
        .orElse(List.of());
  }

  private static String phase(PodSituation situation, List<ContainerView> views) {
    List<ContainerView> main = views.stream().filter(view -> view.role() == Role.MAIN).toList();
    if (!situation.record().failure().isEmpty()) {
      return "Failed";
    }
    if (situation.plan().finished()) {
      boolean succeeded = main.stream().allMatch(view -> view.exitCode().equals(OptionalInt.of(0)));
      return succeeded ? "Succeeded" : "Failed";
    }
    boolean anyStarted = main.stream().anyMatch(view -> !view.containerId().isEmpty());
    return anyStarted ? "Running" : "Pending";
  }

  private boolean conditions(PodSituation situation, PodStatus status, List<ContainerView> views) {
    boolean sandbox = situation.observed().newestSandbox().map(ObservedPod::isReady).orElse(false);
    boolean mainStarted =
        views.stream().anyMatch(view -> view.role() == Role.MAIN && !view.containerId().isEmpty());
    boolean initialized =
        mainStarted
            || views.stream()
                .filter(view -> view.role() != Role.MAIN)
                .allMatch(view -> view.role() == Role.INIT ? view.ready() : view.started());
    List<String> unready =
        views.stream()
            .filter(view -> view.role() != Role.INIT && !view.ready())
            .map(ContainerView::name)
            .toList();
    boolean finished = situation.plan().finished() || !situation.record().failure().isEmpty();
    boolean ready = unready.isEmpty() && sandbox && !finished && !situation.terminating();
    String reason = ready ? null : finished ? "PodCompleted" : "ContainersNotReady";
    String message =
        ready || unready.isEmpty() ? null : "containers with unready status: " + unready;
    add(situation, status, PodCondition.SCHEDULED, true, null, null);
    add(situation, status, PodCondition.READY_TO_START_CONTAINERS, sandbox, null, null);
    add(
        situation,
        status,
        PodCondition.INITIALIZED,
        initialized,
        initialized ? null : "ContainersNotInitialized",
        null);
    add(situation, status, PodCondition.CONTAINERS_READY, ready, reason, message);
    add(situation, status, PodCondition.READY, ready, reason, message);
    return ready;
  }

  private void add(
      PodSituation situation,
      PodStatus status,
      PodCondition type,
      boolean holds,
      @Nullable String reason,
      @Nullable String message) {
    var condition = new io.fabric8.kubernetes.api.model.PodCondition();
    condition.setType(type.word());
    condition.setStatus(holds ? "True" : "False");
    condition.setReason(reason);
    condition.setMessage(message);
    var earlier = before.get(type);
    condition.setLastTransitionTime(
        earlier != null && earlier.getStatus().equals(condition.getStatus())
            ? earlier.getLastTransitionTime()
            : situation.now().toString());
    before.put(type, condition);
    status.getConditions().add(condition);
  }

  private static ContainerView view(PodSituation situation, ContainerStatus status, Role role) {
    Optional<ObservedContainer> latest = situation.observed().latest(status.getName());
    boolean waiting = status.getState().getWaiting() != null;
    boolean terminated = status.getState().getTerminated() != null;
    return new ContainerView(
        status.getName(),
        role,
        waiting
            ? ContainerView.State.WAITING
            : terminated ? ContainerView.State.TERMINATED : ContainerView.State.RUNNING,
        waiting
            ? status.getState().getWaiting().getReason()
            : terminated ? status.getState().getTerminated().getReason() : "",
        waiting
            ? status.getState().getWaiting().getMessage()
            : terminated ? status.getState().getTerminated().getMessage() : "",
        latest
            .filter(ObservedContainer::exited)
            .map(instance -> OptionalInt.of(instance.status().getExitCode()))
            .orElse(OptionalInt.empty()),
        status.getRestartCount(),
        status.getStarted(),
        status.getReady(),
        status.getImage(),
        latest.map(ObservedContainer::id).orElse(""),
        latest
            .map(instance -> instance.status().getLogPath())
            .filter(path -> !path.isEmpty())
            .map(Path::of)
            .orElse(null));
  }
}
