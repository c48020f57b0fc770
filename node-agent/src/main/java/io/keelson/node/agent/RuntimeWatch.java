package io.keelson.node.agent;

import io.grpc.Status;
import io.keelson.node.agent.config.PodLabels;
import io.keelson.runtime.client.ContainerEvents;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerEventResponse;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells which pods have changed in the runtime: by its events where it has them, with a look at
 * everything now and then in case one got lost, else by looking at everything each second.
 */
final class RuntimeWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RuntimeWatch.class);
  private static final Duration RELIST = Duration.ofSeconds(1);
  private static final Duration RELIST_BESIDE_EVENTS = Duration.ofSeconds(30);

  private final RuntimeClient client;
  private final AgentClock clock;
  private final Map<String, String> selector;
  private final Consumer<String> changed;
  private final Thread lister = Thread.ofVirtual().name("relist").unstarted(this::list);
  private final Thread reader = Thread.ofVirtual().name("events").unstarted(this::read);
  private volatile boolean eventsFlow;
  private volatile boolean eventsMissing;

  /**
   * Creates a watch that does nothing before {@link #start}.
   *
   * @param nodeName the agent whose pods are watched
   * @param changed told the uid of each pod that may have changed
   */
  RuntimeWatch(RuntimeClient client, AgentClock clock, String nodeName, Consumer<String> changed) {
    this.client = client;
    this.clock = clock;
    this.selector = Map.of(PodLabels.AGENT, nodeName);
    this.changed = changed;
  }

  void start() {
    reader.start();
    lister.start();
  }

  private void list() {
    Map<String, Integer> known = Map.of();
    try {
      while (true) {
        try {
          Map<String, Integer> now = digests();
          Set<String> uids = new HashSet<>(now.keySet());
          uids.addAll(known.keySet());
          for (String uid : uids) {
            Integer before = known.get(uid);
            if (before == null || !before.equals(now.get(uid))) {
              changed.accept(uid);
            }
          }
          known = now;
        } catch (CriException e) {
          log.warn("the runtime cannot be asked what runs: {}", e.getMessage());
        }
        Duration pause = eventsFlow ? RELIST_BESIDE_EVENTS : RELIST;
        AgentClock.sleepUntil(clock, clock.now().plus(pause));
      }
    } catch (InterruptedException e) {
      log.debug("no longer listing");
    }
  }

  /** A number for each pod that changes with its sandboxes and containers. */
  private Map<String, Integer> digests() throws InterruptedException {
    Map<String, Integer> digests = new HashMap<>();
    for (PodSandbox sandbox :
        client.listPodSandboxes(
            PodSandboxFilter.newBuilder().putAllLabelSelector(selector).build())) {
      int part = (sandbox.getId() + sandbox.getState()).hashCode();
      digests.merge(sandbox.getLabelsOrDefault(PodLabels.POD_UID, ""), part, (a, b) -> a + b);
    }
    for (Container container :
        client.listContainers(ContainerFilter.newBuilder().putAllLabelSelector(selector).build())) {
      int part = (container.getId() + container.getState()).hashCode();
      digests.merge(container.getLabelsOrDefault(PodLabels.POD_UID, ""), part, (a, b) -> a + b);
    }
    return digests;
  }

  private void read() {
    try {
      while (!eventsMissing) {
        try (ContainerEvents events = client.getContainerEvents()) {
          // Quiet streams and dead ones look alike: the lister slows down after the first event.
          Optional<ContainerEventResponse> event = events.next();
          while (event.isPresent()) {
            eventsFlow = true;
            changed.accept(
                event.get().getPodSandboxStatus().getLabelsOrDefault(PodLabels.POD_UID, ""));
            event = events.next();
          }
        } catch (CriException e) {
          eventsMissing = e.code() == Status.Code.UNIMPLEMENTED;
          log.info("no container events from the runtime now: {}", e.getMessage());
        }
        eventsFlow = false;
        Instant again = clock.now().plus(RELIST);
        AgentClock.sleepUntil(clock, again);
      }
    } catch (InterruptedException e) {
      log.debug("no longer reading events");
    }
  }

  @Override
  public void close() {
    reader.interrupt();
    lister.interrupt();
  }
}
