package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The {@code /etc/hosts} of a pod's containers, written as kubelet writes it. */
final class HostsFile {
  private static final Path OF_NODE = Path.of("/etc/hosts");

  private HostsFile() {}

  /** The text for a pod with given addresses and host name. */
  static String text(PodSpec spec, List<String> podIps, PodHostName name) {
    StringBuilder text = new StringBuilder();
    if (Boolean.TRUE.equals(spec.getHostNetwork())) {
      text.append("# Kubernetes-managed hosts file (host network).\n");
      text.append(ofNode());
    } else {
      text.append(
          """
          # Kubernetes-managed hosts file.
          127.0.0.1\tlocalhost
          ::1\tlocalhost ip6-localhost ip6-loopback
          fe00::0\tip6-localnet
          fe00::0\tip6-mcastprefix
          fe00::1\tip6-allnodes
          fe00::2\tip6-allrouters
          """);
      for (String ip : podIps) {
        text.append(ip).append('\t');
        if (!name.domain().isEmpty()) {
          text.append(name.full()).append('\t');
        }
        text.append(name.host()).append('\n');
      }
    }
    if (!spec.getHostAliases().isEmpty()) {
      text.append("\n# Entries added by HostAliases.\n");
      for (HostAlias alias : spec.getHostAliases()) {
        text.append(alias.getIp())
            .append('\t')
            .append(String.join("\t", alias.getHostnames()))
            .append('\n');
      }
    }
    return text.toString();
  }

  /** The text for a pod in the host's network begins with what the node itself has. */
  private static String ofNode() {
    try {
      return Files.exists(OF_NODE) ? Objects.requireNonNull(Files.readString(OF_NODE)) : "";
    } catch (IOException e) {
      throw new ConfigException("read the node's " + OF_NODE, e);
    }
  }
}
