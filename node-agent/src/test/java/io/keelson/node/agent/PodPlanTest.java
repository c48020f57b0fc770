package io.keelson.node.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.node.agent.ContainerView.Role;
import io.keelson.node.agent.PodAction.CreateSandbox;
import io.keelson.node.agent.PodAction.FinishPod;
import io.keelson.node.agent.PodAction.RemoveContainer;
import io.keelson.node.agent.PodAction.StartContainer;
import io.keelson.node.agent.PodAction.StopContainer;
import io.keelson.node.agent.PodAction.StopSandbox;
import io.keelson.node.agent.PodBlueprint.Part;
import io.keelson.node.agent.PodBlueprint.RestartPolicy;
import io.keelson.node.agent.config.PodLabels;
import io.keelson.node.agent.probe.ContainerHealth;
import io.keelson.runtime.v1.ContainerMetadata;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PodSandboxNetworkStatus;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PodPlanTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int STEPS = 60;

  static LongStream seeds() {
    return LongStream.range(0, 500);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void anyBeginningComesToRestWithNeverTwoInstancesOfAContainer(long seed) {
    Random random = new Random(seed);
    World world = new World(random);
    world.scramble();

    int calm = 0;
    for (int step = 0; step < STEPS && calm < 2; step++) {
      PodPlan plan = world.step();
      calm = plan.actions().isEmpty() && !world.endSomeInit() ? calm + 1 : 0;
      world.requireOneInstanceEach();
    }

    assertThat(calm).as("plan keeps acting: %s", world).isEqualTo(2);
    assertThat(world.finished || world.allMainRunning()).as("%s", world).isTrue();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void aContainerThatMayNotBeRestartedNeverIs(long seed) {
    Random random = new Random(seed);
    World world = new World(random, RestartPolicy.NEVER);
    Map<String, Integer> starts = new HashMap<>();

    for (int step = 0; step < STEPS; step++) {
      PodPlan plan = world.step();
      for (PodAction action : plan.actions()) {
        if (action instanceof StartContainer start && !start.name().startsWith("side")) {
          starts.merge(start.name(), 1, Integer::sum);
        }
      }
      world.disturb();
    }

    assertThat(starts.values()).allMatch(count -> count == 1);
  }

  @Test
  void aContainerWithAFailedLivenessProbeIsStoppedWithTheProbesReasonAndGrace() {
    World world = new World(new Random(1), RestartPolicy.ALWAYS, 0, 1);
    world.settle();
    ObservedContainer main = world.containers.getFirst();
    world.health.put(
        main.id(), new ContainerHealth(true, false, "Liveness probe failed", OptionalLong.of(3)));

    assertThat(world.decide().actions())
        .containsExactly(
            new StopContainer(main.id(), "main0", "Liveness probe failed", OptionalLong.of(3)));
  }

  @Test
  void aContainerThatIsBackingOffIsStartedWhenItsTimeHasCome() {
    World world = new World(new Random(1), RestartPolicy.ALWAYS, 0, 1);
    world.settle();
    world.end(world.containers.getFirst(), 1);
    world.notBefore.put("main0", NOW.plusSeconds(10));

    PodPlan waiting = world.decide();
    world.notBefore.put("main0", NOW);

    assertThat(waiting.actions()).isEmpty();
    assertThat(waiting.wakeAt()).isEqualTo(NOW.plusSeconds(10));
    assertThat(world.decide().actions()).containsExactly(new StartContainer("main0", 1));
  }

  @Test
  void twoReadySandboxesAreBothStoppedBeforeAThirdIsMade() {
    World world = new World(new Random(1), RestartPolicy.ALWAYS, 0, 1);
    world.addSandbox(0);
    world.addSandbox(1);

    assertThat(world.decide().actions())
        .hasSize(2)
        .allMatch(action -> action instanceof StopSandbox);
    world.step();
    assertThat(world.decide().actions()).containsExactly(new CreateSandbox(2));
  }

  @Test
  void aFailedInitContainerFailsAPodThatMayNotRestart() {
    World world = new World(new Random(1), RestartPolicy.NEVER, 1, 1);
    world.step();
    world.step();
    world.end(world.containers.getFirst(), 1);

    assertThat(world.decide().actions()).containsExactly(new FinishPod());
    assertThat(world.decide().finished()).isTrue();
  }

  @Test
  void aSidecarHoldsUpTheNextContainersUntilItHasStarted() {
    World world = new World(new Random(1), RestartPolicy.ALWAYS, 0, 1);
    world.wanted =
        new PodBlueprint(
            RestartPolicy.ALWAYS,
            false,
            List.of(new Part("side", Role.SIDECAR, "h")),
            world.wanted.main());
    world.step();
    world.step();
    String side = world.containers.getFirst().id();
    world.health.put(side, ContainerHealth.UNKNOWN);
    PodPlan before = world.decide();
    world.health.put(side, ContainerHealth.WELL);

    assertThat(before.actions()).isEmpty();
    assertThat(world.decide().actions()).containsExactly(new StartContainer("main0", 0));
  }

  /** A runtime of which only the states matter. */
  private static final class World {
    final Random random;
    final List<PodSandboxStatus> sandboxes = new ArrayList<>();
    final List<ObservedContainer> containers = new ArrayList<>();
    final Map<String, ContainerHealth> health = new HashMap<>();
    final Map<String, Instant> notBefore = new HashMap<>();
    PodBlueprint wanted;
    boolean finished;
    private int ids;

    World(Random random) {
      this(random, List.of(RestartPolicy.values()).get(random.nextInt(3)));
    }

    World(Random random, RestartPolicy policy) {
      this(random, policy, random.nextInt(3), 1 + random.nextInt(3));
    }

    World(Random random, RestartPolicy policy, int inits, int mains) {
      this.random = random;
      List<Part> init = new ArrayList<>();
      for (int i = 0; i < inits; i++) {
        boolean sidecar = inits > 1 && random.nextBoolean();
        init.add(
            new Part((sidecar ? "side" : "init") + i, sidecar ? Role.SIDECAR : Role.INIT, "h"));
      }
      List<Part> main = new ArrayList<>();
      for (int i = 0; i < mains; i++) {
        main.add(new Part("main" + i, Role.MAIN, "h"));
      }
      this.wanted = new PodBlueprint(policy, false, init, main);
    }

    PodPlan decide() {
      return PodPlan.decide(
          wanted,
          new PodPlan.Situation(
              new ObservedPod(sandboxes, containers), allHealth(), notBefore, NOW));
    }

    private Map<String, ContainerHealth> allHealth() {
      Map<String, ContainerHealth> all = new HashMap<>(health);
      containers.forEach(container -> all.putIfAbsent(container.id(), ContainerHealth.WELL));
      return all;
    }

    /** Carries out one plan. */
    PodPlan step() {
      PodPlan plan = decide();
      finished = plan.finished();
      for (PodAction action : plan.actions()) {
        switch (action) {
          case CreateSandbox create -> addSandbox(create.attempt());
          case StopSandbox stop -> stopSandbox(stop.id());
          case StartContainer start ->
              add(
                  start.name(),
                  start.attempt(),
                  readySandbox(),
                  ContainerState.CONTAINER_RUNNING,
                  0);
          case StopContainer stop -> end(byId(stop.id()), 137);
          case RemoveContainer remove -> containers.remove(byId(remove.id()));
          case FinishPod finish -> List.copyOf(sandboxes).forEach(s -> stopSandbox(s.getId()));
        }
      }
      return plan;
    }

    void settle() {
      for (int i = 0; i < STEPS; i++) {
        if (step().actions().isEmpty()) {
          endSomeInit();
        }
      }
    }

    /** Any state, as after a crash of everything. */
    void scramble() {
      int count = random.nextInt(3);
      for (int i = 0; i < count; i++) {
        addSandbox(i);
        if (random.nextBoolean()) {
          stopSandbox(sandboxes.getLast().getId());
        }
        for (Part part : wanted.all().toList()) {
          if (random.nextInt(3) == 0) {
            boolean live = sandboxes.getLast().getState() == PodSandboxState.SANDBOX_READY;
            ContainerState state =
                live
                    ? ContainerState.forNumber(random.nextInt(4))
                    : random.nextBoolean()
                        ? ContainerState.CONTAINER_EXITED
                        : ContainerState.CONTAINER_CREATED;
            add(part.name(), i, sandboxes.getLast().getId(), state, random.nextInt(2));
          }
        }
      }
    }

    /** Something happens: a container ends, or a sandbox. */
    void disturb() {
      List<ObservedContainer> running =
          containers.stream().filter(ObservedContainer::running).toList();
      if (!running.isEmpty() && random.nextInt(3) == 0) {
        end(running.get(random.nextInt(running.size())), random.nextInt(2));
      }
      if (!sandboxes.isEmpty() && random.nextInt(10) == 0) {
        stopSandbox(sandboxes.getLast().getId());
      }
    }

    /** Init containers do their work; tells whether one has. */
    boolean endSomeInit() {
      for (ObservedContainer container : List.copyOf(containers)) {
        if (container.running() && container.name().startsWith("init")) {
          end(container, 0);
          return true;
        }
      }
      return false;
    }

    void requireOneInstanceEach() {
      for (Part part : wanted.all().toList()) {
        long live =
            containers.stream()
                .filter(container -> container.name().equals(part.name()))
                .filter(ObservedContainer::running)
                .filter(container -> container.sandboxId().equals(readySandbox()))
                .count();
        assertThat(live).as("instances of %s in %s", part.name(), this).isLessThanOrEqualTo(1);
      }
    }

    boolean allMainRunning() {
      return wanted.main().stream()
          .allMatch(part -> {
            var latest = new ObservedPod(sandboxes, containers).latest(part.name());
            return latest.isPresent()
                && (latest.get().running() || !wanted.restartPolicy().restarts(latest.get()));
          });
    }

    void addSandbox(int attempt) {
      sandboxes.add(
          PodSandboxStatus.newBuilder()
              .setId("s" + ids++)
              .setMetadata(PodSandboxMetadata.newBuilder().setAttempt(attempt))
              .setNetwork(PodSandboxNetworkStatus.newBuilder().setIp("10.0.0.1"))
              .build());
    }

    private void stopSandbox(String id) {
      sandboxes.replaceAll(sandbox ->
          sandbox.getId().equals(id)
              ? sandbox.toBuilder().setState(PodSandboxState.SANDBOX_NOTREADY).build()
              : sandbox);
      for (ObservedContainer container : List.copyOf(containers)) {
        if (container.sandboxId().equals(id) && !container.exited() && !container.created()) {
          end(container, 137);
        }
      }
    }

    private String readySandbox() {
      return sandboxes.stream()
          .filter(ObservedPod::isReady)
          .map(PodSandboxStatus::getId)
          .findFirst()
          .orElse("");
    }

    private void add(String name, int attempt, String sandbox, ContainerState state, int code) {
      containers.add(
          new ObservedContainer(
              sandbox,
              ContainerStatus.newBuilder()
                  .setId("c" + ids++)
                  .setMetadata(ContainerMetadata.newBuilder().setName(name).setAttempt(attempt))
                  .setState(state)
                  .setExitCode(code)
                  .putAnnotations(PodLabels.CONTAINER_HASH, "h")
                  .build()));
    }

    void end(ObservedContainer container, int code) {
      containers.remove(container);
      containers.add(
          new ObservedContainer(
              container.sandboxId(),
              container.status().toBuilder()
                  .setState(ContainerState.CONTAINER_EXITED)
                  .setExitCode(code)
                  .build()));
    }

    private ObservedContainer byId(String id) {
      return containers.stream().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
    }

    @Override
    public String toString() {
      return "%s in %s with %s".formatted(wanted, sandboxes, containers);
    }
  }
}
