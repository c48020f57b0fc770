package io.keelson.node.agent.config;

import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SELinuxOptions;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.keelson.runtime.v1.Capability;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.SELinuxOption;
import io.keelson.runtime.v1.SecurityProfile;
import io.keelson.runtime.v1.SupplementalGroupsPolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who a pod's processes are and what they may do. */
final class SecurityContexts {
  private static final List<String> MASKED_PATHS =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");
  private static final List<String> READONLY_PATHS =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  private final PodSpec spec;
  private final PodSecurityContext ofPod;
  private final Path seccompDirectory;

  SecurityContexts(Pod pod, Path seccompDirectory) {
    this.spec = pod.getSpec();
    this.ofPod = Objects.requireNonNullElseGet(spec.getSecurityContext(), PodSecurityContext::new);
    this.seccompDirectory = seccompDirectory;
  }

  LinuxSandboxSecurityContext ofSandbox() {
    LinuxSandboxSecurityContext.Builder context =
        LinuxSandboxSecurityContext.newBuilder()
            .setNamespaceOptions(namespaces())
            .setPrivileged(anyPrivileged())
            .addAllSupplementalGroups(supplementalGroups())
            .setSupplementalGroupsPolicy(groupsPolicy())
            // The sandbox's own process is the runtime's; the strictest profile is good enough.
            .setSeccomp(profile(SecurityProfile.ProfileType.RuntimeDefault));
    if (ofPod.getRunAsUser() != null) {
      context.setRunAsUser(number(ofPod.getRunAsUser()));
    }
    if (ofPod.getRunAsGroup() != null) {
      context.setRunAsGroup(number(ofPod.getRunAsGroup()));
    }
    if (ofPod.getSeLinuxOptions() != null) {
      context.setSelinuxOptions(selinux(ofPod.getSeLinuxOptions()));
    }
    return context.build();
  }

  /**
   * The context of one container.
   *
   * @throws ConfigException when it must not run as root and would, or might
   */
  LinuxContainerSecurityContext of(Container container, Image image) {
    SecurityContext own =
        Objects.requireNonNullElseGet(container.getSecurityContext(), SecurityContext::new);
    boolean privileged = Boolean.TRUE.equals(own.getPrivileged());
    LinuxContainerSecurityContext.Builder context =
        LinuxContainerSecurityContext.newBuilder()
            .setPrivileged(privileged)
            .setNamespaceOptions(namespaces())
            .setReadonlyRootfs(Boolean.TRUE.equals(own.getReadOnlyRootFilesystem()))
            .setNoNewPrivs(Boolean.FALSE.equals(own.getAllowPrivilegeEscalation()))
            .addAllSupplementalGroups(supplementalGroups())
            .setSupplementalGroupsPolicy(groupsPolicy())
            .setSeccomp(
                privileged
                    ? profile(SecurityProfile.ProfileType.Unconfined)
                    : seccomp(first(own.getSeccompProfile(), ofPod.getSeccompProfile())));
    AppArmorProfile appArmor = first(own.getAppArmorProfile(), ofPod.getAppArmorProfile());
    if (appArmor != null) {
      context.setApparmor(
          profile(appArmor.getType(), String.valueOf(appArmor.getLocalhostProfile())));
    }
    SELinuxOptions selinux = first(own.getSeLinuxOptions(), ofPod.getSeLinuxOptions());
    if (selinux != null) {
      context.setSelinuxOptions(selinux(selinux));
    }
    if (own.getCapabilities() != null) {
      context.setCapabilities(
          Capability.newBuilder()
              .addAllAddCapabilities(own.getCapabilities().getAdd())
              .addAllDropCapabilities(own.getCapabilities().getDrop()));
    }
    if (!privileged && !"Unmasked".equals(own.getProcMount())) {
      context.addAllMaskedPaths(MASKED_PATHS).addAllReadonlyPaths(READONLY_PATHS);
    }
    Long group = first(own.getRunAsGroup(), ofPod.getRunAsGroup());
    if (group != null) {
      context.setRunAsGroup(number(group));
    }
    setUser(context, own, container, image);
    return context.build();
  }

  /** As kubelet does, the image's user is named, so that a runtime need not look it up again. */
  private void setUser(
      LinuxContainerSecurityContext.Builder context,
      SecurityContext own,
      Container container,
      Image image) {
    Long user = first(own.getRunAsUser(), ofPod.getRunAsUser());
    boolean nonRoot = Boolean.TRUE.equals(first(own.getRunAsNonRoot(), ofPod.getRunAsNonRoot()));
    if (user != null) {
      if (nonRoot && user == 0) {
        throw new ConfigException(
            "container '%s' has runAsNonRoot, and runAsUser 0 is root"
                .formatted(container.getName()));
      }
      context.setRunAsUser(number(user));
      return;
    }
    if (image.hasUid()) {
      if (nonRoot && image.getUid().getValue() == 0) {
        throw rootImage(container, "as root");
      }
      context.setRunAsUser(image.getUid());
    } else if (!image.getUsername().isEmpty()) {
      if (nonRoot) {
        throw new ConfigException(
            "container '%s' has runAsNonRoot, and the image runs as the user '%s', who may be root; set runAsUser to a number"
                .formatted(container.getName(), image.getUsername()));
      }
      context.setRunAsUsername(image.getUsername());
    } else if (nonRoot) {
      throw rootImage(container, "as root, since it names no user");
    }
  }

  private static ConfigException rootImage(Container container, String how) {
    return new ConfigException(
        "container '%s' has runAsNonRoot, and the image runs %s; set runAsUser"
            .formatted(container.getName(), how));
  }

  NamespaceOption namespaces() {
    return NamespaceOption.newBuilder()
        .setNetwork(
            Boolean.TRUE.equals(spec.getHostNetwork()) ? NamespaceMode.NODE : NamespaceMode.POD)
        .setIpc(Boolean.TRUE.equals(spec.getHostIPC()) ? NamespaceMode.NODE : NamespaceMode.POD)
        .setPid(
            Boolean.TRUE.equals(spec.getHostPID())
                ? NamespaceMode.NODE
                : Boolean.TRUE.equals(spec.getShareProcessNamespace())
                    ? NamespaceMode.POD
                    : NamespaceMode.CONTAINER)
        .build();
  }

  private boolean anyPrivileged() {
    return Stream.concat(spec.getContainers().stream(), spec.getInitContainers().stream())
        .anyMatch(container ->
            container.getSecurityContext() != null
                && Boolean.TRUE.equals(container.getSecurityContext().getPrivileged()));
  }

  private List<Long> supplementalGroups() {
    List<Long> groups = new ArrayList<>(ofPod.getSupplementalGroups());
    if (ofPod.getFsGroup() != null) {
      groups.add(ofPod.getFsGroup());
    }
    return groups;
  }

  private SupplementalGroupsPolicy groupsPolicy() {
    return "Strict".equals(ofPod.getSupplementalGroupsPolicy())
        ? SupplementalGroupsPolicy.Strict
        : SupplementalGroupsPolicy.Merge;
  }

  private SecurityProfile seccomp(@Nullable SeccompProfile profile) {
    return profile == null
        ? profile(SecurityProfile.ProfileType.Unconfined)
        : profile(
            profile.getType(),
            seccompDirectory.resolve(String.valueOf(profile.getLocalhostProfile())).toString());
  }

  private static SecurityProfile profile(String type, String localhostRef) {
    SecurityProfile.ProfileType profileType = SecurityProfile.ProfileType.valueOf(type);
    return profileType == SecurityProfile.ProfileType.Localhost
        ? SecurityProfile.newBuilder()
            .setProfileType(profileType)
            .setLocalhostRef(localhostRef)
            .build()
        : profile(profileType);
  }

  private static SecurityProfile profile(SecurityProfile.ProfileType type) {
    return SecurityProfile.newBuilder().setProfileType(type).build();
  }

  private static SELinuxOption selinux(SELinuxOptions options) {
    return SELinuxOption.newBuilder()
        .setUser(Objects.requireNonNullElse(options.getUser(), ""))
        .setRole(Objects.requireNonNullElse(options.getRole(), ""))
        .setType(Objects.requireNonNullElse(options.getType(), ""))
        .setLevel(Objects.requireNonNullElse(options.getLevel(), ""))
        .build();
  }

  private static Int64Value number(long value) {
    return Int64Value.newBuilder().setValue(value).build();
  }

  private static <T> @Nullable T first(@Nullable T own, @Nullable T ofPod) {
    return own != null ? own : ofPod;
  }
}
