package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HostAlias;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Sysctl;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Pod must look like beyond its types: as the API server checks it, as far as this agent
 * acts on it.
 */
final class PodValidation {
  private static final Pattern SYSCTL = Pattern.compile("[a-z0-9_]+([./][a-zA-Z0-9_-]+)+");
  private static final Pattern UID =
      Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,126}[a-zA-Z0-9])?");
  private static final int CONTAINER_LIMIT = 100;

  private final Problems problems;

  PodValidation(Problems problems) {
    this.problems = problems;
  }

  void check(Pod pod) {
    ObjectMeta metadata = pod.getMetadata();
    if (!problems.present("metadata", metadata) || !problems.present("spec", pod.getSpec())) {
      return;
    }
    problems.dnsSubdomain("metadata.name", metadata.getName());
    if (metadata.getNamespace() != null) {
      problems.dnsLabel("metadata.namespace", metadata.getNamespace());
    }
    if (metadata.getUid() != null && !UID.matcher(metadata.getUid()).matches()) {
      problems.add(
          "metadata.uid",
          "'%s' is not a uid: up to 128 letters, digits, '-', '_' and '.'; leave it out to have one made"
              .formatted(metadata.getUid()));
    }
    checkSpec(pod.getSpec());
  }

  private void checkSpec(PodSpec spec) {
    problems.oneOf("spec.restartPolicy", spec.getRestartPolicy(), "Always", "OnFailure", "Never");
    problems.oneOf(
        "spec.dnsPolicy",
        spec.getDnsPolicy(),
        "ClusterFirst",
        "ClusterFirstWithHostNet",
        "Default",
        "None");
    problems.oneOf(
        "spec.priorityClassName",
        spec.getPriorityClassName(),
        "system-node-critical",
        "system-cluster-critical");
    problems.within(
        "spec.terminationGracePeriodSeconds",
        spec.getTerminationGracePeriodSeconds(),
        0,
        24 * 3600);
    problems.within(
        "spec.activeDeadlineSeconds", spec.getActiveDeadlineSeconds(), 1, Integer.MAX_VALUE);
    if (spec.getHostname() != null) {
      problems.dnsLabel("spec.hostname", spec.getHostname());
    }
    if (spec.getSubdomain() != null) {
      problems.dnsLabel("spec.subdomain", spec.getSubdomain());
    }
    if (spec.getRuntimeClassName() != null) {
      problems.dnsSubdomain("spec.runtimeClassName", spec.getRuntimeClassName());
    }
    if (spec.getOs() != null) {
      problems.oneOf("spec.os.name", spec.getOs().getName(), "linux");
    }
    if (Boolean.TRUE.equals(spec.getAutomountServiceAccountToken())) {
      problems.add(
          "spec.automountServiceAccountToken",
          "tokens need an API server; set it to false or remove it");
    }
    if (Boolean.TRUE.equals(spec.getHostPID())
        && Boolean.TRUE.equals(spec.getShareProcessNamespace())) {
      problems.add("spec.shareProcessNamespace", "cannot be true together with hostPID");
    }
    if ("None".equals(spec.getDnsPolicy())
        && (spec.getDnsConfig() == null || spec.getDnsConfig().getNameservers().isEmpty())) {
      problems.add("spec.dnsConfig.nameservers", "is required when dnsPolicy is None");
    }
    int index = 0;
    for (HostAlias alias : spec.getHostAliases()) {
      String path = "spec.hostAliases[" + index++ + "]";
      problems.present(path + ".ip", alias.getIp());
      for (int i = 0; i < alias.getHostnames().size(); i++) {
        problems.dnsSubdomain(path + ".hostnames[" + i + "]", alias.getHostnames().get(i));
      }
    }
    checkSecurity(spec.getSecurityContext());
    checkContainers(spec);
  }

  private void checkSecurity(@Nullable PodSecurityContext context) {
    if (context == null) {
      return;
    }
    String path = "spec.securityContext";
    problems.within(path + ".runAsUser", context.getRunAsUser(), 0, Integer.MAX_VALUE);
    problems.within(path + ".runAsGroup", context.getRunAsGroup(), 0, Integer.MAX_VALUE);
    problems.within(path + ".fsGroup", context.getFsGroup(), 0, Integer.MAX_VALUE);
    problems.oneOf(
        path + ".supplementalGroupsPolicy",
        context.getSupplementalGroupsPolicy(),
        "Merge",
        "Strict");
    ContainerValidation.checkProfiles(
        problems, path, context.getSeccompProfile(), context.getAppArmorProfile());
    int index = 0;
    for (Sysctl sysctl : context.getSysctls()) {
      String name = String.valueOf(sysctl.getName());
      if (!SYSCTL.matcher(name).matches()) {
        problems.add(
            path + ".sysctls[" + index + "].name", "'" + name + "' is not the name of a sysctl");
      }
      problems.present(path + ".sysctls[" + index++ + "].value", sysctl.getValue());
    }
  }

  private void checkContainers(PodSpec spec) {
    problems.present("spec.containers", spec.getContainers());
    problems.within(
        "spec.containers",
        spec.getContainers().size() + spec.getInitContainers().size(),
        0,
        CONTAINER_LIMIT);
    Set<String> volumes = new HashSet<>();
    VolumeValidation volumeValidation = new VolumeValidation(problems);
    for (int i = 0; i < spec.getVolumes().size(); i++) {
      volumeValidation.check("spec.volumes[" + i + "]", spec.getVolumes().get(i));
      if (!volumes.add(String.valueOf(spec.getVolumes().get(i).getName()))) {
        problems.add("spec.volumes[" + i + "].name", "another volume has the same name");
      }
    }
    ContainerValidation validation = new ContainerValidation(problems, spec, volumes);
    checkEach(validation, "spec.initContainers", spec.getInitContainers(), true);
    checkEach(validation, "spec.containers", spec.getContainers(), false);
  }

  private static void checkEach(
      ContainerValidation validation, String path, List<Container> containers, boolean init) {
    for (int i = 0; i < containers.size(); i++) {
      validation.check(path + "[" + i + "]", containers.get(i), init);
    }
  }
}
