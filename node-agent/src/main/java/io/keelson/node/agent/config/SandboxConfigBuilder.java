package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PortMapping;
import io.keelson.runtime.v1.Protocol;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Describes a pod's sandbox to a runtime. */
public final class SandboxConfigBuilder {
  private final NodeFacts node;

  /** Creates a builder for pods of one node. */
  public SandboxConfigBuilder(NodeFacts node) {
    this.node = node;
  }

  /**
   * The sandbox of a pod.
   *
   * @param attempt how many sandboxes the pod has had before
   * @throws ConfigException when the pod asks for something that cannot be had
   */
  public PodSandboxConfig build(PodManifest manifest, int attempt) {
    Pod pod = manifest.pod();
    PodSpec spec = pod.getSpec();
    PodSandboxConfig.Builder config =
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder()
                    .setName(manifest.name())
                    .setNamespace(manifest.namespace())
                    .setUid(manifest.uid())
                    .setAttempt(attempt))
            .setLogDirectory(node.logsDirectory().resolve(logDirectoryName(manifest)).toString())
            .setDnsConfig(ResolverConfig.of(spec, node.resolverFile()))
            .setLinux(linux(pod));
    if (pod.getMetadata().getLabels() != null) {
      config.putAllLabels(pod.getMetadata().getLabels());
    }
    if (pod.getMetadata().getAnnotations() != null) {
      config.putAllAnnotations(pod.getMetadata().getAnnotations());
    }
    config
        .putLabels(PodLabels.POD_NAME, manifest.name())
        .putLabels(PodLabels.POD_NAMESPACE, manifest.namespace())
        .putLabels(PodLabels.POD_UID, manifest.uid())
        .putLabels(PodLabels.AGENT, node.name())
        .putAnnotations(PodLabels.CONFIG_SOURCE, "file")
        .putAnnotations(PodLabels.CONFIG_HASH, manifest.hash());
    if (!Boolean.TRUE.equals(spec.getHostNetwork())) {
      boolean full = Boolean.TRUE.equals(spec.getSetHostnameAsFQDN());
      config.setHostname(PodHostName.of(pod, node.clusterDomain()).forKernel(full));
      for (List<Container> containers : List.of(spec.getInitContainers(), spec.getContainers())) {
        for (Container container : containers) {
          container.getPorts().stream()
              .filter(port -> port.getHostPort() != null)
              .map(SandboxConfigBuilder::portMapping)
              .forEach(config::addPortMappings);
        }
      }
    }
    return config.build();
  }

  /** The runtime handler of a pod; empty for the runtime's default. */
  public String runtimeHandler(PodManifest manifest) {
    String runtimeClass = manifest.pod().getSpec().getRuntimeClassName();
    return runtimeClass == null
        ? ""
        : node.runtimeHandlers().getOrDefault(runtimeClass, runtimeClass);
  }

  /** The name of a pod's log directory, such as {@code default_web_4f2c}. */
  public static String logDirectoryName(PodManifest manifest) {
    return manifest.namespace() + "_" + manifest.name() + "_" + manifest.uid();
  }

  private LinuxPodSandboxConfig linux(Pod pod) {
    LinuxPodSandboxConfig.Builder linux =
        LinuxPodSandboxConfig.newBuilder()
            .setSecurityContext(new SecurityContexts(pod, node.seccompDirectory()).ofSandbox())
            .setResources(Resources.ofPod(pod));
    if (pod.getSpec().getSecurityContext() != null) {
      for (Sysctl sysctl : pod.getSpec().getSecurityContext().getSysctls()) {
        linux.putSysctls(sysctl.getName(), sysctl.getValue());
      }
    }
    return linux.build();
  }

  private static PortMapping portMapping(ContainerPort port) {
    Map<String, Protocol> protocols =
        Map.of("TCP", Protocol.TCP, "UDP", Protocol.UDP, "SCTP", Protocol.SCTP);
    return PortMapping.newBuilder()
        .setProtocol(protocols.getOrDefault(port.getProtocol(), Protocol.TCP))
        .setContainerPort(port.getContainerPort())
        .setHostPort(port.getHostPort())
        .setHostIp(Objects.requireNonNullElse(port.getHostIP(), ""))
        .build();
  }
}
