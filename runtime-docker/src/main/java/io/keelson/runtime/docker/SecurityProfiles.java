package io.keelson.runtime.docker;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.SecurityProfile;
import io.keelson.runtime.v1.SecurityProfile.ProfileType;

/**
 * Which seccomp and AppArmor profiles are asked for, in the present fields or in the former ones,
 * which node agents before Kubernetes 1.27 still send.
 */
final class SecurityProfiles {
  private static final SecurityProfile UNCONFINED = of(ProfileType.Unconfined);
  private static final SecurityProfile RUNTIME_DEFAULT = of(ProfileType.RuntimeDefault);
  private static final String LOCALHOST = "localhost/";

  private SecurityProfiles() {}

  /** A container's seccomp profile; saying nothing means unconfined. */
  @SuppressWarnings("deprecation") // The former field is still sent.
  static SecurityProfile seccomp(LinuxContainerSecurityContext context) {
    return context.hasSeccomp()
        ? context.getSeccomp()
        : former("seccomp_profile_path", context.getSeccompProfilePath(), UNCONFINED);
  }

  /** A sandbox's seccomp profile; saying nothing means unconfined. */
  @SuppressWarnings("deprecation") // The former field is still sent.
  static SecurityProfile seccomp(LinuxSandboxSecurityContext context) {
    return context.hasSeccomp()
        ? context.getSeccomp()
        : former("seccomp_profile_path", context.getSeccompProfilePath(), UNCONFINED);
  }

  /** A container's AppArmor profile; saying nothing means the engine's default. */
  @SuppressWarnings("deprecation") // The former field is still sent.
  static SecurityProfile appArmor(LinuxContainerSecurityContext context) {
    return context.hasApparmor()
        ? context.getApparmor()
        : former("apparmor_profile", context.getApparmorProfile(), RUNTIME_DEFAULT);
  }

  /** A sandbox's AppArmor profile; saying nothing means the engine's default. */
  static SecurityProfile appArmor(LinuxSandboxSecurityContext context) {
    return context.hasApparmor() ? context.getApparmor() : RUNTIME_DEFAULT;
  }

  private static SecurityProfile former(String field, String text, SecurityProfile unsaid) {
    return switch (text) {
      case "" -> unsaid;
      case "unconfined" -> UNCONFINED;
      case "runtime/default", "docker/default" -> RUNTIME_DEFAULT;
      default -> {
        if (!text.startsWith(LOCALHOST)) {
          throw CriException.invalidArgument(
              "%s '%s' is not unconfined, runtime/default or localhost/...".formatted(field, text));
        }
        yield of(ProfileType.Localhost).toBuilder()
            .setLocalhostRef(text.substring(LOCALHOST.length()))
            .build();
      }
    };
  }

  private static SecurityProfile of(ProfileType type) {
    return SecurityProfile.newBuilder().setProfileType(type).build();
  }
}
