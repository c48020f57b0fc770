package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that change one pod never overlap, except that a container may be stopped at any time. */
final class PodOrderingTest {
  private static final int PODS = 3;
  private static final int CALLERS = 8;
  private static final int CALLS_EACH = 60;
  private static final List<Status.Code> EXPECTED =
      List.of(Status.Code.NOT_FOUND, Status.Code.ALREADY_EXISTS, Status.Code.FAILED_PRECONDITION);

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void changesOfOnePodNeverOverlap(long seed) throws Exception {
    HookedBackend backend = new HookedBackend();
    OverlapProbe probe = new OverlapProbe(backend);
    try (ServedBackends served = ServedBackends.start(folder, backend);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      served
          .client()
          .pullImage(
              Requests.IMAGE,
              AuthConfig.getDefaultInstance(),
              PodSandboxConfig.getDefaultInstance());
      backend.hook(probe);
      List<Future<?>> running = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        Random random = new Random(seed * CALLERS + caller);
        running.add(
            callers.submit(() -> {
              for (int i = 0; i < CALLS_EACH; i++) {
                change(served.client(), random);
              }
              return null;
            }));
      }
      for (Future<?> caller : running) {
        caller.get();
      }
    }

    assertThat(probe.overlaps).isEmpty();
    assertThat(probe.changes).hasValueGreaterThan(CALLERS * CALLS_EACH / 4);
  }

  private static void change(RuntimeClient client, Random random) throws InterruptedException {
    PodSandboxConfig config = Requests.pod("pod-" + random.nextInt(PODS));
    try {
      switch (random.nextInt(7)) {
        case 0, 1 -> client.runPodSandbox(config, "");
        case 2 -> client.stopPodSandbox(anyPod(client, random));
        case 3 -> client.removePodSandbox(anyPod(client, random));
        case 4 ->
            client.createContainer(
                anyPod(client, random),
                Requests.container("c" + random.nextInt(3)),
                Requests.pod("any"));
        case 5 -> client.startContainer(anyContainer(client, random));
        default -> client.removeContainer(anyContainer(client, random));
      }
    } catch (CriException e) {
      // Most random calls come at a bad time. What must hold is asserted at the end.
      assertThat(e.code()).as(e.getMessage()).isIn(EXPECTED);
    }
  }

  private static String anyPod(RuntimeClient client, Random random) throws InterruptedException {
    List<PodSandbox> pods = client.listPodSandboxes(PodSandboxFilter.getDefaultInstance());
    return pods.isEmpty() ? "none" : pods.get(random.nextInt(pods.size())).getId();
  }

  private static String anyContainer(RuntimeClient client, Random random)
      throws InterruptedException {
    List<Container> containers = client.listContainers(ContainerFilter.getDefaultInstance());
    return containers.isEmpty()
        ? "none"
        : containers.get(random.nextInt(containers.size())).getId();
  }

  @Test
  void stoppingAContainerDoesNotHoldUpItsPod() throws Exception {
    HookedBackend backend = new HookedBackend();
    CountDownLatch stopping = new CountDownLatch(1);
    CountDownLatch gate = new CountDownLatch(1);
    try (ServedBackends served = ServedBackends.start(folder, backend);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      RuntimeClient client = served.client();
      client.pullImage(
          Requests.IMAGE, AuthConfig.getDefaultInstance(), PodSandboxConfig.getDefaultInstance());
      String pod = client.runPodSandbox(Requests.pod("a"), "");
      String slow = client.createContainer(pod, Requests.container("c"), Requests.pod("a"));
      backend.hook((call, object) -> {
        if (call.equals("stopContainer")) {
          stopping.countDown();
          gate.await();
        }
      });
      Future<?> stop =
          callers.submit(() -> {
            client.stopContainer(slow, Duration.ofSeconds(30));
            return null;
          });
      stopping.await();

      String other = client.createContainer(pod, Requests.container("d"), Requests.pod("a"));
      client.startContainer(other);

      gate.countDown();
      stop.get();
    }
  }

  /** Notes which pod is being changed, and whether another change of it came in between. */
  private static final class OverlapProbe implements HookedBackend.Hook {
    private final HookedBackend backend;
    private final Map<String, CountDownLatch> changing = new ConcurrentHashMap<>();
    private final Queue<String> overlaps = new ConcurrentLinkedQueue<>();
    private final AtomicInteger changes = new AtomicInteger();

    OverlapProbe(HookedBackend backend) {
      this.backend = backend;
    }

    @Override
    public void inside(String call, String object) throws InterruptedException {
      String pod =
          switch (call) {
            case "runPodSandbox" -> object;
            case "stopPodSandbox", "removePodSandbox", "createContainer" -> nameOf(object);
            case "startContainer", "removeContainer" -> nameOfContainers(object);
            default -> null;
          };
      if (pod == null) {
        return;
      }
      changes.incrementAndGet();
      CountDownLatch intruder = new CountDownLatch(1);
      CountDownLatch other = changing.putIfAbsent(pod, intruder);
      if (other != null) {
        other.countDown();
        return;
      }
      if (intruder.await(300, TimeUnit.MICROSECONDS)) {
        overlaps.add("another change came during " + call + " of " + pod);
      }
      changing.remove(pod);
    }

    private String nameOf(String podId) throws InterruptedException {
      return backend.podSandboxStatus(podId).getMetadata().getName();
    }

    private String nameOfContainers(String containerId) throws InterruptedException {
      for (Container container : backend.listContainers()) {
        if (container.getId().equals(containerId)) {
          return nameOf(container.getPodSandboxId());
        }
      }
      return "of removed container " + containerId;
    }
  }
}
