package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.keelson.runtime.v1.LinuxContainerResources;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Kubelet's arithmetic of processors, memory and who is killed first when memory is short. */
public final class Resources {
  private static final long PERIOD_MICROS = 100_000;
  private static final long LEAST_QUOTA_MICROS = 1_000;
  private static final long LEAST_SHARES = 2;
  private static final long MOST_SHARES = 262_144;
  private static final int GUARANTEED_SCORE = -997;
  private static final int BEST_EFFORT_SCORE = 1000;

  private Resources() {}

  /** A pod's quality of service class, by its word in Kubernetes. */
  public enum QosClass {
    /** Every container has limits for both, and requests that are the same. */
    GUARANTEED("Guaranteed"),
    /** Something is requested or limited. */
    BURSTABLE("Burstable"),
    /** Nothing is. */
    BEST_EFFORT("BestEffort");

    private final String word;

    QosClass(String word) {
      this.word = word;
    }

    /** The class as a status has it. */
    public String word() {
      return word;
    }
  }

  /** The class of a pod. */
  public static QosClass qosClass(Pod pod) {
    boolean guaranteed = true;
    boolean bestEffort = true;
    for (Container container : containers(pod).toList()) {
      for (String name : new String[] {"cpu", "memory"}) {
        OptionalLong limit = limit(container, name);
        OptionalLong request = request(container, name);
        boolean asked = limit.orElse(0) > 0 || request.orElse(0) > 0;
        bestEffort &= !asked;
        guaranteed &= limit.orElse(0) > 0 && limit.equals(request);
      }
    }
    return bestEffort
        ? QosClass.BEST_EFFORT
        : guaranteed ? QosClass.GUARANTEED : QosClass.BURSTABLE;
  }

  private static Stream<Container> containers(Pod pod) {
    return Stream.concat(
        pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream());
  }

  /** What a container may use. */
  static LinuxContainerResources of(Pod pod, Container container, long nodeMemoryBytes) {
    LinuxContainerResources.Builder resources = LinuxContainerResources.newBuilder();
    OptionalLong cpuLimit = limit(container, "cpu");
    OptionalLong cpuRequest = request(container, "cpu");
    OptionalLong memoryLimit = limit(container, "memory");
    resources.setCpuShares(shares(cpuRequest.orElse(0)));
    if (cpuLimit.orElse(0) > 0) {
      resources.setCpuPeriod(PERIOD_MICROS).setCpuQuota(quota(cpuLimit.getAsLong()));
    }
    if (memoryLimit.orElse(0) > 0) {
      resources.setMemoryLimitInBytes(memoryLimit.getAsLong());
    }
    return resources.setOomScoreAdj(oomScoreAdj(pod, container, nodeMemoryBytes)).build();
  }

  /** What all main containers of a pod may use together. */
  static LinuxContainerResources ofPod(Pod pod) {
    long milliCpus = 0;
    long cpuLimit = 0;
    long memoryLimit = 0;
    boolean cpuLimited = true;
    boolean memoryLimited = true;
    for (Container container : pod.getSpec().getContainers()) {
      milliCpus += request(container, "cpu").orElse(0);
      cpuLimit += limit(container, "cpu").orElse(0);
      memoryLimit += limit(container, "memory").orElse(0);
      cpuLimited &= limit(container, "cpu").orElse(0) > 0;
      memoryLimited &= limit(container, "memory").orElse(0) > 0;
    }
    LinuxContainerResources.Builder resources =
        LinuxContainerResources.newBuilder().setCpuShares(shares(milliCpus));
    if (cpuLimited) {
      resources.setCpuPeriod(PERIOD_MICROS).setCpuQuota(quota(cpuLimit));
    }
    if (memoryLimited) {
      resources.setMemoryLimitInBytes(memoryLimit);
    }
    return resources.build();
  }

  /** The weight that thousandths of a processor come to. */
  static long shares(long milliCpus) {
    return Math.clamp(milliCpus * 1024 / 1000, LEAST_SHARES, MOST_SHARES);
  }

  private static long quota(long milliCpus) {
    return Math.max(milliCpus * PERIOD_MICROS / 1000, LEAST_QUOTA_MICROS);
  }

  /** How readily the kernel kills a container when memory is short: 1000 first, -1000 never. */
  static int oomScoreAdj(Pod pod, Container container, long nodeMemoryBytes) {
    if ("system-node-critical".equals(pod.getSpec().getPriorityClassName())) {
      return GUARANTEED_SCORE;
    }
    return switch (qosClass(pod)) {
      case GUARANTEED -> GUARANTEED_SCORE;
      case BEST_EFFORT -> BEST_EFFORT_SCORE;
      case BURSTABLE -> {
        long requested = request(container, "memory").orElse(0);
        long score = 1000 - 1000 * requested / Math.max(1, nodeMemoryBytes);
        yield Math.clamp(score, 1000 + GUARANTEED_SCORE, BEST_EFFORT_SCORE - 1);
      }
    };
  }

  /** A limit: thousandths of a processor, or bytes. */
  static OptionalLong limit(Container container, String name) {
    return container.getResources() == null
        ? OptionalLong.empty()
        : amount(container.getResources().getLimits(), name);
  }

  /** A request: thousandths of a processor, or bytes. */
  static OptionalLong request(Container container, String name) {
    return container.getResources() == null
        ? OptionalLong.empty()
        : amount(container.getResources().getRequests(), name);
  }

  private static OptionalLong amount(Map<String, Quantity> quantities, String name) {
    Quantity quantity =
        Objects.requireNonNullElse(quantities, Map.<String, Quantity>of()).get(name);
    if (quantity == null) {
      return OptionalLong.empty();
    }
    BigDecimal amount = quantity.getNumericalAmount();
    BigDecimal scaled = name.equals("cpu") ? amount.movePointRight(3) : amount;
    return OptionalLong.of(scaled.setScale(0, RoundingMode.CEILING).longValue());
  }
}
