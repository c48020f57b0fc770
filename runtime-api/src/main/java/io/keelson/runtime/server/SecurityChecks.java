package io.keelson.runtime.server;

import io.keelson.runtime.v1.Capability;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.SecurityProfile;
import java.util.List;
import java.util.regex.Pattern;

/** Checks of users, namespaces, capabilities and security profiles. */
final class SecurityChecks {
  private static final Pattern CAPABILITY = Pattern.compile("[A-Z][A-Z_]{1,63}");
  private static final long ID_MOST = 0xffff_fffeL;

  private SecurityChecks() {}

  static void sandbox(String field, LinuxSandboxSecurityContext security) {
    Fields.knownEnums(field, security);
    namespaces(field + ".namespace_options", security.getNamespaceOptions());
    user(field, security.hasRunAsUser(), security.getRunAsUser());
    group(field, security.hasRunAsUser(), security.hasRunAsGroup(), security.getRunAsGroup());
    groups(field, security.getSupplementalGroupsList());
    profile(field + ".seccomp", security.getSeccomp());
    profile(field + ".apparmor", security.getApparmor());
  }

  static void container(String field, LinuxContainerSecurityContext security) {
    Fields.knownEnums(field, security);
    namespaces(field + ".namespace_options", security.getNamespaceOptions());
    boolean named = !security.getRunAsUsername().isEmpty();
    Fields.require(
        !(named && security.hasRunAsUser()),
        "%s has run_as_user and run_as_username; give one of them",
        field);
    user(field, security.hasRunAsUser(), security.getRunAsUser());
    group(
        field,
        security.hasRunAsUser() || named,
        security.hasRunAsGroup(),
        security.getRunAsGroup());
    groups(field, security.getSupplementalGroupsList());
    profile(field + ".seccomp", security.getSeccomp());
    profile(field + ".apparmor", security.getApparmor());
    capabilities(field + ".capabilities", security.getCapabilities());
    for (String path : security.getMaskedPathsList()) {
      Fields.absolutePath(field + ".masked_paths", path);
    }
    for (String path : security.getReadonlyPathsList()) {
      Fields.absolutePath(field + ".readonly_paths", path);
    }
  }

  private static void namespaces(String field, NamespaceOption options) {
    Fields.knownEnums(field, options);
    podOrNode(field + ".network", options.getNetwork());
    podOrNode(field + ".ipc", options.getIpc());
    podOrNode(field + ".userns_options.mode", options.getUsernsOptions().getMode());
    if (options.getPid() == NamespaceMode.TARGET) {
      Fields.id(field + ".target_id", options.getTargetId());
    }
  }

  private static void podOrNode(String field, NamespaceMode mode) {
    Fields.require(
        mode == NamespaceMode.POD || mode == NamespaceMode.NODE,
        "%s %s is not possible; give POD or NODE",
        field,
        mode);
  }

  private static void user(String field, boolean given, Int64Value user) {
    if (given) {
      Fields.range(field + ".run_as_user", user.getValue(), 0, ID_MOST);
    }
  }

  private static void group(String field, boolean hasUser, boolean given, Int64Value group) {
    if (given) {
      Fields.require(hasUser, "%s.run_as_group needs run_as_user beside it", field);
      Fields.range(field + ".run_as_group", group.getValue(), 0, ID_MOST);
    }
  }

  private static void groups(String field, List<Long> groups) {
    Fields.count(field + ".supplemental_groups", groups);
    for (long group : groups) {
      Fields.range(field + ".supplemental_groups", group, 0, ID_MOST);
    }
  }

  private static void profile(String field, SecurityProfile profile) {
    Fields.knownEnums(field, profile);
    if (profile.getProfileType() == SecurityProfile.ProfileType.Localhost) {
      Fields.require(
          !profile.getLocalhostRef().isEmpty(),
          "%s.localhost_ref is empty; a Localhost profile needs one",
          field);
    }
  }

  private static void capabilities(String field, Capability capabilities) {
    for (List<String> names :
        List.of(
            capabilities.getAddCapabilitiesList(),
            capabilities.getDropCapabilitiesList(),
            capabilities.getAddAmbientCapabilitiesList())) {
      Fields.count(field, names);
      for (String name : names) {
        Fields.matches(field, CAPABILITY, name, "a capability like NET_ADMIN");
      }
    }
  }
}
