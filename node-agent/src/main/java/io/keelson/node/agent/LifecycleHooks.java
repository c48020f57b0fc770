package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Lifecycle;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.keelson.node.agent.probe.ContainerActions;
import io.keelson.node.agent.probe.ProbeOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what a container wants done after its start and before its stop. */
final class LifecycleHooks {
  private static final Logger log = LoggerFactory.getLogger(LifecycleHooks.class);
  private static final Duration HTTP_LIMIT = Duration.ofSeconds(30);

  private final ContainerActions actions;
  private final AgentClock clock;

  LifecycleHooks(ContainerActions actions, AgentClock clock) {
    this.actions = actions;
    this.clock = clock;
  }

  /** Runs the postStart hook, if there is one, for as long as it takes. */
  void postStart(Container container, String containerId, String podIp)
      throws StartFailure, InterruptedException {
    LifecycleHandler hook = hook(container.getLifecycle(), true);
    if (hook == null) {
      return;
    }
    ProbeOutcome outcome = run(hook, container, containerId, podIp);
    if (!outcome.success()) {
      throw new StartFailure(
          StartFailure.POST_START_HOOK, "postStart hook failed: " + outcome.message(), null);
    }
  }

  /** Runs the preStop hook, if there is one, until it ends or the time is over. */
  void preStop(Container container, String containerId, String podIp, Instant deadline)
      throws InterruptedException {
    LifecycleHandler hook = hook(container.getLifecycle(), false);
    if (hook == null || !deadline.isAfter(clock.now())) {
      return;
    }
    Wakeup ended = new Wakeup(clock);
    Thread running =
        Thread.ofVirtual()
            .name("pre-stop-" + container.getName())
            .start(() -> {
              try {
                ProbeOutcome outcome = run(hook, container, containerId, podIp);
                if (!outcome.success()) {
                  log.warn(
                      "preStop hook of container {}: {}", container.getName(), outcome.message());
                }
              } catch (InterruptedException e) {
                log.warn("preStop hook of container {} ran out of time", container.getName());
              } finally {
                ended.wake();
              }
            });
    try {
      ended.await(deadline);
    } finally {
      running.interrupt();
    }
  }

  private static @Nullable LifecycleHandler hook(@Nullable Lifecycle lifecycle, boolean start) {
    return lifecycle == null ? null : start ? lifecycle.getPostStart() : lifecycle.getPreStop();
  }

  private ProbeOutcome run(
      LifecycleHandler hook, Container container, String containerId, String podIp)
      throws InterruptedException {
    if (hook.getExec() != null) {
      return actions.exec(hook.getExec(), containerId, Duration.ZERO);
    }
    if (hook.getHttpGet() != null) {
      return actions.httpGet(hook.getHttpGet(), container, podIp, HTTP_LIMIT);
    }
    long seconds = Objects.requireNonNullElse(hook.getSleep().getSeconds(), 0L);
    AgentClock.sleepUntil(clock, clock.now().plusSeconds(seconds));
    return ProbeOutcome.SUCCESS;
  }
}
