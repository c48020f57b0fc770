package io.keelson.runtime.docker;

import io.keelson.runtime.docker.records.Phase;
import io.keelson.runtime.docker.records.SandboxRecord;
import io.keelson.runtime.docker.stats.MeasuredContainer;
import io.keelson.runtime.docker.stats.MeasuredPod;
import io.keelson.runtime.docker.stats.UsageMeter;
import io.keelson.runtime.v1.LinuxPodSandboxStatus;
import io.keelson.runtime.v1.Namespace;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodIP;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxAttributes;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxNetworkStatus;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** One sandbox: its record, and whether its pause container runs. Thread-safe. */
final class DockerPod {
  private volatile SandboxRecord record;
  private final AtomicBoolean pauseRuns;
  private final UsageMeter meter = new UsageMeter();
  private final UsageMeter pauseMeter = new UsageMeter();
  private volatile long pid;

  DockerPod(SandboxRecord record, boolean pauseRuns) {
    this.record = record;
    this.pauseRuns = new AtomicBoolean(pauseRuns);
  }

  String id() {
    return record.getId();
  }

  SandboxRecord record() {
    return record;
  }

  void record(SandboxRecord changed) {
    record = changed;
  }

  /** The pause container's first process; 0 until it was noted. */
  long pid() {
    return pid;
  }

  void pid(long noted) {
    pid = noted;
  }

  MeasuredPod measured(List<MeasuredContainer> containers) {
    SandboxRecord present = record;
    PodSandboxConfig config = present.getConfig();
    return new MeasuredPod(
        PodSandboxAttributes.newBuilder()
            .setId(present.getId())
            .setMetadata(config.getMetadata())
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .build(),
        state() == PodSandboxState.SANDBOX_READY ? pid : 0,
        present.getCreatedAt(),
        hasOwnNetwork(present),
        !config.getLinux().getCgroupParent().isEmpty(),
        meter,
        pauseMeter,
        containers);
  }

  /** Notes that the pause container has ended, for good; returns false when that was known. */
  boolean pauseEnded() {
    return pauseRuns.getAndSet(false);
  }

  /** Whether the pause container has not been seen to end. */
  boolean pauseRuns() {
    return pauseRuns.get();
  }

  PodSandboxState state() {
    return record.getPhase() == Phase.MADE && pauseRuns.get()
        ? PodSandboxState.SANDBOX_READY
        : PodSandboxState.SANDBOX_NOTREADY;
  }

  NamespaceOption namespaces() {
    return namespaces(record);
  }

  static NamespaceOption namespaces(SandboxRecord record) {
    return record.getConfig().getLinux().getSecurityContext().getNamespaceOptions();
  }

  /** Whether the pod has a network of its own, or the host's. */
  static boolean hasOwnNetwork(SandboxRecord record) {
    return namespaces(record).getNetwork() != NamespaceMode.NODE;
  }

  PodSandbox summary() {
    SandboxRecord present = record;
    return PodSandbox.newBuilder()
        .setId(present.getId())
        .setMetadata(present.getConfig().getMetadata())
        .setState(state())
        .setCreatedAt(present.getCreatedAt())
        .putAllLabels(present.getConfig().getLabelsMap())
        .putAllAnnotations(present.getConfig().getAnnotationsMap())
        .setRuntimeHandler(present.getRuntimeHandler())
        .build();
  }

  PodSandboxStatus status() {
    SandboxRecord present = record;
    PodSandboxNetworkStatus.Builder network = PodSandboxNetworkStatus.newBuilder();
    if (present.getAddressesCount() > 0) {
      network.setIp(present.getAddresses(0));
      present.getAddressesList().stream()
          .skip(1)
          .forEach(ip -> network.addAdditionalIps(PodIP.newBuilder().setIp(ip)));
    }
    return PodSandboxStatus.newBuilder()
        .setId(present.getId())
        .setMetadata(present.getConfig().getMetadata())
        .setState(state())
        .setCreatedAt(present.getCreatedAt())
        .setNetwork(network)
        .setLinux(
            LinuxPodSandboxStatus.newBuilder()
                .setNamespaces(Namespace.newBuilder().setOptions(namespaces())))
        .putAllLabels(present.getConfig().getLabelsMap())
        .putAllAnnotations(present.getConfig().getAnnotationsMap())
        .setRuntimeHandler(present.getRuntimeHandler())
        .build();
  }
}
