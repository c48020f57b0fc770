package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.Pod;

/**
 * What a pod is called in its own UTS namespace and in its hosts file.
 *
 * @param host the short name
 * @param domain what follows it; empty without a subdomain
 */
record PodHostName(String host, String domain) {
  /** The kernel's limit on a host name. */
  private static final int KERNEL_LIMIT = 64;

  private static final int LABEL_LIMIT = 63;

  static PodHostName of(Pod pod, String clusterDomain) {
    String wanted = pod.getSpec().getHostname();
    String host = wanted != null ? wanted : pod.getMetadata().getName();
    if (host.length() > LABEL_LIMIT) {
      host = host.substring(0, LABEL_LIMIT).replaceAll("[-.]+$", "");
    }
    String subdomain = pod.getSpec().getSubdomain();
    return new PodHostName(
        host,
        subdomain == null
            ? ""
            : subdomain + "." + pod.getMetadata().getNamespace() + ".svc." + clusterDomain);
  }

  String full() {
    return domain.isEmpty() ? host : host + "." + domain;
  }

  /**
   * What the kernel is to call it.
   *
   * @throws ConfigException when the full name is wanted and too long for the kernel
   */
  String forKernel(boolean full) {
    String name = full ? full() : host;
    if (name.length() > KERNEL_LIMIT) {
      throw new ConfigException(
          "the host name '%s' has %d characters, the kernel takes %d; shorten it or set setHostnameAsFQDN to false"
              .formatted(name, name.length(), KERNEL_LIMIT));
    }
    return name;
  }
}
