package io.keelson.runtime.server;

import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PodSandboxStatsRequest;
import io.keelson.runtime.v1.PodSandboxStatusRequest;
import io.keelson.runtime.v1.PortForwardRequest;
import io.keelson.runtime.v1.PortMapping;
import io.keelson.runtime.v1.RemovePodSandboxRequest;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.StopPodSandboxRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import java.util.List;
import java.util.regex.Pattern;

/** What requests about pod sandboxes must look like whatever the backend. */
final class PodSandboxChecks {
  private static final String ID = "pod_sandbox_id";
  private static final Pattern HOSTNAME =
      Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9.-]{0,62}[a-zA-Z0-9])?");
  private static final Pattern SYSCTL = Pattern.compile("[a-z0-9_]+([./][a-zA-Z0-9_-]+)+");
  private static final int PORT_MOST = 65_535;

  private PodSandboxChecks() {}

  static void run(RunPodSandboxRequest request) {
    Fields.require(request.hasConfig(), "config is missing");
    Fields.nameOrEmpty("runtime_handler", request.getRuntimeHandler());
    config("config", request.getConfig());
  }

  static void stop(StopPodSandboxRequest request) {
    Fields.id(ID, request.getPodSandboxId());
  }

  static void remove(RemovePodSandboxRequest request) {
    Fields.id(ID, request.getPodSandboxId());
  }

  static void status(PodSandboxStatusRequest request) {
    Fields.id(ID, request.getPodSandboxId());
  }

  static void stats(PodSandboxStatsRequest request) {
    Fields.id(ID, request.getPodSandboxId());
  }

  static void updateResources(UpdatePodSandboxResourcesRequest request) {
    Fields.id(ID, request.getPodSandboxId());
    ResourceChecks.limits("overhead", request.getOverhead());
    ResourceChecks.limits("resources", request.getResources());
  }

  static void portForward(PortForwardRequest request) {
    Fields.id(ID, request.getPodSandboxId());
    Fields.count("port", request.getPortList());
    for (int port : request.getPortList()) {
      Fields.range("port", port, 1, PORT_MOST);
    }
  }

  static void config(String field, PodSandboxConfig config) {
    Fields.require(
        config.hasMetadata(),
        "%s.metadata is missing; a sandbox needs name, namespace and uid",
        field);
    PodSandboxMetadata metadata = config.getMetadata();
    Fields.name(field + ".metadata.name", metadata.getName());
    Fields.name(field + ".metadata.namespace", metadata.getNamespace());
    Fields.name(field + ".metadata.uid", metadata.getUid());
    if (!config.getHostname().isEmpty()) {
      Fields.matches(
          field + ".hostname",
          HOSTNAME,
          config.getHostname(),
          "a host name of 1 to 64 letters, digits, '-' or '.'");
    }
    Fields.absolutePathOrEmpty(field + ".log_directory", config.getLogDirectory());
    dns(field + ".dns_config", config.getDnsConfig());
    portMappings(field + ".port_mappings", config.getPortMappingsList());
    Fields.labels(field + ".labels", config.getLabelsMap());
    Fields.labels(field + ".annotations", config.getAnnotationsMap());
    linux(field + ".linux", config.getLinux());
    Fields.require(!config.hasWindows(), "%s.windows is given, but this is a Linux node", field);
  }

  private static void dns(String field, DNSConfig dns) {
    Fields.count(field + ".servers", dns.getServersList());
    for (String server : dns.getServersList()) {
      Fields.ipAddress(field + ".servers", server);
    }
    Fields.unspaced(field + ".searches", dns.getSearchesList());
    Fields.unspaced(field + ".options", dns.getOptionsList());
  }

  private static void portMappings(String list, List<PortMapping> mappings) {
    Fields.count(list, mappings);
    int index = 0;
    for (PortMapping mapping : mappings) {
      String field = list + "[" + index++ + "]";
      Fields.knownEnums(field, mapping);
      Fields.range(field + ".container_port", mapping.getContainerPort(), 1, PORT_MOST);
      Fields.range(field + ".host_port", mapping.getHostPort(), 0, PORT_MOST);
      if (!mapping.getHostIp().isEmpty()) {
        Fields.ipAddress(field + ".host_ip", mapping.getHostIp());
      }
    }
  }

  private static void linux(String field, LinuxPodSandboxConfig linux) {
    Fields.require(
        !List.of(linux.getCgroupParent().split("/", -1)).contains(".."),
        "%s.cgroup_parent '%s' must not contain '..'",
        field,
        Fields.shown(linux.getCgroupParent()));
    for (String key : linux.getSysctlsMap().keySet()) {
      Fields.matches(field + ".sysctls key", SYSCTL, key, "a sysctl like net.ipv4.ip_forward");
    }
    SecurityChecks.sandbox(field + ".security_context", linux.getSecurityContext());
    ResourceChecks.limits(field + ".resources", linux.getResources());
    ResourceChecks.limits(field + ".overhead", linux.getOverhead());
  }
}
