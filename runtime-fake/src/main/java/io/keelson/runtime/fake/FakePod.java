package io.keelson.runtime.fake;

import io.keelson.runtime.v1.LinuxPodSandboxStatus;
import io.keelson.runtime.v1.Namespace;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxNetworkStatus;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;

/** One sandbox: ready until stopped. Thread-safe. */
final class FakePod {
  final String id;
  final PodSandboxConfig config;
  private final String handler;
  private final String address;
  private final long createdAt;
  private volatile PodSandboxState state = PodSandboxState.SANDBOX_READY;

  FakePod(String id, PodSandboxConfig config, String handler, String address, long createdAt) {
    this.id = id;
    this.config = config;
    this.handler = handler;
    this.address = address;
    this.createdAt = createdAt;
  }

  boolean isReady() {
    return state == PodSandboxState.SANDBOX_READY;
  }

  void stop() {
    state = PodSandboxState.SANDBOX_NOTREADY;
  }

  PodSandbox summary() {
    return PodSandbox.newBuilder()
        .setId(id)
        .setMetadata(config.getMetadata())
        .setState(state)
        .setCreatedAt(createdAt)
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .setRuntimeHandler(handler)
        .build();
  }

  PodSandboxStatus status() {
    NamespaceOption namespaces = config.getLinux().getSecurityContext().getNamespaceOptions();
    PodSandboxStatus.Builder status =
        PodSandboxStatus.newBuilder()
            .setId(id)
            .setMetadata(config.getMetadata())
            .setState(state)
            .setCreatedAt(createdAt)
            .putAllLabels(config.getLabelsMap())
            .putAllAnnotations(config.getAnnotationsMap())
            .setRuntimeHandler(handler)
            .setNetwork(PodSandboxNetworkStatus.getDefaultInstance())
            .setLinux(
                LinuxPodSandboxStatus.newBuilder()
                    .setNamespaces(Namespace.newBuilder().setOptions(namespaces)));
    if (isReady() && namespaces.getNetwork() != NamespaceMode.NODE) {
      status.setNetwork(PodSandboxNetworkStatus.newBuilder().setIp(address));
    }
    return status.build();
  }
}
