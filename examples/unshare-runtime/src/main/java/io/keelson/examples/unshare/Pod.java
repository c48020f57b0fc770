package io.keelson.examples.unshare;

import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.LinuxPodSandboxStatus;
import io.keelson.runtime.v1.Namespace;
import io.keelson.runtime.v1.PodIP;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxNetworkStatus;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.List;

/** A pod: namespaces that wait for containers. */
final class Pod {
  private final String id;
  private final PodSandboxConfig config;
  private final String handler;
  private final PinnedNamespaces namespaces;
  private final List<String> addresses;
  private final long createdAt;
  private volatile boolean ready = true;

  Pod(
      String id,
      PodSandboxConfig config,
      String handler,
      PinnedNamespaces namespaces,
      List<String> addresses,
      long createdAt) {
    this.id = id;
    this.config = config;
    this.handler = handler;
    this.namespaces = namespaces;
    this.addresses = addresses;
    this.createdAt = createdAt;
  }

  String id() {
    return id;
  }

  PodSandboxConfig config() {
    return config;
  }

  PinnedNamespaces namespaces() {
    return namespaces;
  }

  boolean isReady() {
    return ready;
  }

  void stopped() {
    ready = false;
  }

  /** The content of /etc/resolv.conf; empty when the pod says nothing about it. */
  String resolverConfig() {
    DNSConfig dns = config.getDnsConfig();
    StringBuilder text = new StringBuilder();
    dns.getServersList().forEach(each -> text.append("nameserver ").append(each).append('\n'));
    if (dns.getSearchesCount() > 0) {
      text.append("search ").append(String.join(" ", dns.getSearchesList())).append('\n');
    }
    if (dns.getOptionsCount() > 0) {
      text.append("options ").append(String.join(" ", dns.getOptionsList())).append('\n');
    }
    return text.toString();
  }

  PodSandbox summary() {
    return PodSandbox.newBuilder()
        .setId(id)
        .setMetadata(config.getMetadata())
        .setState(state())
        .setCreatedAt(createdAt)
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .setRuntimeHandler(handler)
        .build();
  }

  PodSandboxStatus status() {
    PodSandboxNetworkStatus.Builder network = PodSandboxNetworkStatus.newBuilder();
    if (ready && !addresses.isEmpty()) {
      network.setIp(addresses.getFirst());
      addresses.stream()
          .skip(1)
          .forEach(each -> network.addAdditionalIps(PodIP.newBuilder().setIp(each)));
    }
    return PodSandboxStatus.newBuilder()
        .setId(id)
        .setMetadata(config.getMetadata())
        .setState(state())
        .setCreatedAt(createdAt)
        .putAllLabels(config.getLabelsMap())
        .putAllAnnotations(config.getAnnotationsMap())
        .setRuntimeHandler(handler)
        .setNetwork(network)
        .setLinux(
            LinuxPodSandboxStatus.newBuilder()
                .setNamespaces(
                    Namespace.newBuilder()
                        .setOptions(config.getLinux().getSecurityContext().getNamespaceOptions())))
        .build();
  }

  private PodSandboxState state() {
    return ready ? PodSandboxState.SANDBOX_READY : PodSandboxState.SANDBOX_NOTREADY;
  }
}
