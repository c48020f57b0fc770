package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values an API server would have filled in. */
final class PodDefaults {
  static final String NAMESPACE = "default";

  private PodDefaults() {}

  static void apply(Pod pod) {
    if (isEmpty(pod.getMetadata().getNamespace())) {
      pod.getMetadata().setNamespace(NAMESPACE);
    }
    PodSpec spec = pod.getSpec();
    if (isEmpty(spec.getRestartPolicy())) {
      spec.setRestartPolicy("Always");
    }
    if (isEmpty(spec.getDnsPolicy())) {
      spec.setDnsPolicy("ClusterFirst");
    }
    if (spec.getTerminationGracePeriodSeconds() == null) {
      spec.setTerminationGracePeriodSeconds(30L);
    }
    for (List<Container> containers : List.of(spec.getInitContainers(), spec.getContainers())) {
      containers.forEach(container -> apply(spec, container));
    }
  }

  private static void apply(PodSpec spec, Container container) {
    if (isEmpty(container.getImagePullPolicy())) {
      container.setImagePullPolicy(
          isLatest(String.valueOf(container.getImage())) ? "Always" : "IfNotPresent");
    }
    if (isEmpty(container.getTerminationMessagePath())) {
      container.setTerminationMessagePath("/dev/termination-log");
    }
    if (isEmpty(container.getTerminationMessagePolicy())) {
      container.setTerminationMessagePolicy("File");
    }
    for (ContainerPort port : container.getPorts()) {
      if (isEmpty(port.getProtocol())) {
        port.setProtocol("TCP");
      }
      if (Boolean.TRUE.equals(spec.getHostNetwork()) && port.getHostPort() == null) {
        port.setHostPort(port.getContainerPort());
      }
    }
    apply(container.getStartupProbe());
    apply(container.getReadinessProbe());
    apply(container.getLivenessProbe());
    requestWhatIsLimited(container.getResources());
  }

  private static void apply(@Nullable Probe probe) {
    if (probe == null) {
      return;
    }
    if (isUnset(probe.getTimeoutSeconds())) {
      probe.setTimeoutSeconds(1);
    }
    if (isUnset(probe.getPeriodSeconds())) {
      probe.setPeriodSeconds(10);
    }
    if (isUnset(probe.getSuccessThreshold())) {
      probe.setSuccessThreshold(1);
    }
    if (isUnset(probe.getFailureThreshold())) {
      probe.setFailureThreshold(3);
    }
  }

  private static void requestWhatIsLimited(@Nullable ResourceRequirements resources) {
    if (resources == null || resources.getLimits() == null) {
      return;
    }
    Map<String, Quantity> requests = new HashMap<>(resources.getLimits());
    if (resources.getRequests() != null) {
      requests.putAll(resources.getRequests());
    }
    resources.setRequests(requests);
  }

  /** Whether an image name means the newest version, by its tag or for the lack of one. */
  private static boolean isLatest(String image) {
    if (image.contains("@")) {
      return false;
    }
    int colon = image.lastIndexOf(':');
    return colon <= image.lastIndexOf('/') || image.substring(colon).equals(":latest");
  }

  private static boolean isUnset(@Nullable Integer value) {
    return value == null || value == 0;
  }

  private static boolean isEmpty(@Nullable String value) {
    return value == null || value.isEmpty();
  }
}
