package io.keelson.cni.pod;

import io.keelson.cni.Attachment;
import io.keelson.cni.Bandwidth;
import io.keelson.cni.CapabilityArguments;
import io.keelson.cni.Dns;
import io.keelson.cni.IpConfiguration;
import io.keelson.cni.NetworkResult;
import io.keelson.cni.PortMapping;
import io.keelson.cni.ResultInterface;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.NetworkAttachment;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.Protocol;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What CRI calls a pod, in CNI's words, and a CNI result in CRI's. */
final class PodAttachments {
  /** The interface every pod has, as node agents and network add-ons expect it. */
  static final String INTERFACE = "eth0";

  private PodAttachments() {}

  /**
   * The attachment a pod asks for.
   *
   * @throws CriException {@code INVALID_ARGUMENT} when the pod asks for what cannot be
   */
  static Attachment of(NetworkAttachmentRequest request) {
    PodSandboxConfig pod = request.config();
    Map<String, String> arguments = new LinkedHashMap<>();
    arguments.put("IgnoreUnknown", "1");
    arguments.put("K8S_POD_NAMESPACE", pod.getMetadata().getNamespace());
    arguments.put("K8S_POD_NAME", pod.getMetadata().getName());
    arguments.put("K8S_POD_INFRA_CONTAINER_ID", request.podSandboxId());
    arguments.put("K8S_POD_UID", pod.getMetadata().getUid());
    try {
      return new Attachment(
          request.podSandboxId(),
          request.networkNamespace(),
          INTERFACE,
          arguments,
          capabilities(pod));
    } catch (IllegalArgumentException e) {
      throw CriException.invalidArgument(
          "network of pod sandbox " + request.podSandboxId() + ": " + e.getMessage());
    }
  }

  private static CapabilityArguments capabilities(PodSandboxConfig pod) {
    CapabilityArguments asked = CapabilityArguments.NONE;
    List<PortMapping> ports =
        pod.getPortMappingsList().stream()
            // A container port that no host port leads to needs no mapping.
            .filter(mapping -> mapping.getHostPort() != 0)
            .map(PodAttachments::portMapping)
            .toList();
    if (!ports.isEmpty()) {
      asked = asked.portMappings(ports);
    }
    DNSConfig dns = pod.getDnsConfig();
    if (!dns.equals(DNSConfig.getDefaultInstance())) {
      asked = asked.dns(dns.getServersList(), dns.getSearchesList(), dns.getOptionsList());
    }
    Bandwidth bandwidth = BandwidthAnnotations.of(pod.getAnnotationsMap());
    if (bandwidth != null) {
      asked = asked.bandwidth(bandwidth);
    }
    String cgroupParent = pod.getLinux().getCgroupParent();
    return cgroupParent.isEmpty() ? asked : asked.cgroupPath(cgroupParent);
  }

  private static PortMapping portMapping(io.keelson.runtime.v1.PortMapping mapping) {
    if (mapping.getProtocol() == Protocol.UNRECOGNIZED) {
      throw new IllegalArgumentException(
          "port mapping: unknown protocol number " + mapping.getProtocolValue());
    }
    return new PortMapping(
        mapping.getHostPort(),
        mapping.getContainerPort(),
        mapping.getProtocol().name(),
        mapping.getHostIp());
  }

  /** What the pod got: the addresses of its own interfaces, in the network's order. */
  static NetworkAttachment result(NetworkResult result) {
    List<ResultInterface> interfaces = result.interfaces();
    List<String> addresses =
        result.ips().stream()
            .filter(ip -> isInPod(ip, interfaces))
            .map(ip -> ip.address())
            .toList();
    Dns dns = result.dns();
    DNSConfig.Builder dnsConfig =
        DNSConfig.newBuilder()
            .addAllServers(dns.nameservers())
            .addAllSearches(dns.search())
            .addAllOptions(dns.options());
    return new NetworkAttachment(addresses, dnsConfig.build(), result.toString());
  }

  /** An address whose interface is not told belongs to the pod, as in results before 0.3.0. */
  private static boolean isInPod(IpConfiguration ip, List<ResultInterface> interfaces) {
    if (ip.interfaceIndex().isEmpty()) {
      return true;
    }
    int index = ip.interfaceIndex().getAsInt();
    return index >= 0 && index < interfaces.size() && !interfaces.get(index).sandbox().isEmpty();
  }
}
