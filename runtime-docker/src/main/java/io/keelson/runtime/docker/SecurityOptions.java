package io.keelson.runtime.docker;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Capability;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.SELinuxOption;
import io.keelson.runtime.v1.SecurityProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Turns CRI security contexts into the engine's options. What cannot be had is refused by name. */
final class SecurityOptions {
  private final boolean hostHasAppArmor;
  private final boolean hostHasSelinux;
  private final Privileges privileges;

  /** Creates the mapping for a host with or without the two security modules. */
  SecurityOptions(boolean hostHasAppArmor, boolean hostHasSelinux, Privileges privileges) {
    this.hostHasAppArmor = hostHasAppArmor;
    this.hostHasSelinux = hostHasSelinux;
    this.privileges = privileges;
  }

  /** The mapping for this machine. */
  static SecurityOptions ofThisMachine() {
    return new SecurityOptions(
        Files.isReadable(Path.of("/sys/kernel/security/apparmor/profiles")),
        Files.isDirectory(Path.of("/sys/fs/selinux/class")),
        Privileges.ofThisMachine());
  }

  /** Sets everything of a container's security context but its user and namespaces. */
  void apply(LinuxContainerSecurityContext context, EngineHostConfig host) {
    if (context.getCapabilities().getAddAmbientCapabilitiesCount() > 0) {
      throw CriException.unimplemented(
          "add_ambient_capabilities cannot be given through the Docker Engine");
    }
    host.withReadonlyRootfs(context.getReadonlyRootfs());
    List<String> options = new ArrayList<>();
    if (context.getNoNewPrivs()) {
      options.add("no-new-privileges");
    }
    options.addAll(selinux(context.getSelinuxOptions()));
    if (context.getPrivileged()) {
      privileges.grantAll(host);
      options.add("seccomp=unconfined");
      if (hostHasAppArmor) {
        options.add("apparmor=unconfined");
      }
      host.setMaskedPaths(List.of());
      host.setReadonlyPaths(List.of());
    } else {
      Capability asked = context.getCapabilities();
      host.withCapAdd(
          privileges.added(asked.getAddCapabilitiesList(), asked.getDropCapabilitiesList()));
      host.withCapDrop(Privileges.dropped(context.getCapabilities().getDropCapabilitiesList()));
      options.addAll(seccomp(SecurityProfiles.seccomp(context)));
      options.addAll(appArmor(SecurityProfiles.appArmor(context)));
      host.setMaskedPaths(context.getMaskedPathsList());
      host.setReadonlyPaths(context.getReadonlyPathsList());
    }
    host.withSecurityOpts(options);
  }

  /** The engine's security options for a seccomp profile; none for its own default. */
  List<String> seccomp(SecurityProfile profile) {
    return switch (profile.getProfileType()) {
      case RuntimeDefault -> List.of();
      case Unconfined -> List.of("seccomp=unconfined");
      case Localhost -> List.of("seccomp=" + profileText(profile.getLocalhostRef()));
      case UNRECOGNIZED ->
          throw CriException.invalidArgument(
              "seccomp.profile_type %d is not known".formatted(profile.getProfileTypeValue()));
    };
  }

  private static String profileText(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw CriException.invalidArgument(
          "seccomp profile %s cannot be read (%s); install it on this node"
              .formatted(file, e.getClass().getSimpleName()));
    }
  }

  /**
   * The engine's security options for an AppArmor profile; none for its own default.
   *
   * @throws CriException {@code FAILED_PRECONDITION} for a profile on a node without AppArmor
   */
  List<String> appArmor(SecurityProfile profile) {
    return switch (profile.getProfileType()) {
      case RuntimeDefault -> List.of();
      case Unconfined -> hostHasAppArmor ? List.of("apparmor=unconfined") : List.of();
      case Localhost -> {
        if (!hostHasAppArmor) {
          throw CriException.failedPrecondition(
              "AppArmor profile '%s' is asked for, but this node's kernel has no AppArmor"
                  .formatted(profile.getLocalhostRef()));
        }
        yield List.of("apparmor=" + profile.getLocalhostRef());
      }
      case UNRECOGNIZED ->
          throw CriException.invalidArgument(
              "apparmor.profile_type %d is not known".formatted(profile.getProfileTypeValue()));
    };
  }

  /** The engine's security options for an SELinux label; none for an empty one. */
  List<String> selinux(SELinuxOption label) {
    List<String> options = new ArrayList<>();
    addLabel(options, "user", label.getUser());
    addLabel(options, "role", label.getRole());
    addLabel(options, "type", label.getType());
    addLabel(options, "level", label.getLevel());
    if (!options.isEmpty() && !hostHasSelinux) {
      throw CriException.failedPrecondition(
          "SELinux label %s is asked for, but this node's kernel has no SELinux"
              .formatted(String.join(" ", options)));
    }
    return options;
  }

  private static void addLabel(List<String> options, String key, String value) {
    if (!value.isEmpty()) {
      options.add("label=" + key + ":" + value);
    }
  }
}
