package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.SecurityProfile;
import io.keelson.runtime.v1.SecurityProfile.ProfileType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which system calls containers may make. */
@ExtendWith(GivesRuntime.class)
public final class SeccompProfiles {
  /** Forbids nothing but to set the host name. */
  private static final String NO_HOSTNAME =
      """
      {"defaultAction":"SCMP_ACT_ALLOW","syscalls":[\
      {"names":["sethostname"],"action":"SCMP_ACT_ERRNO"}]}\
      """;

  private static final String NONE = "0";
  private static final String FILTER = "2";

  private static final String MODE = "seccomp mode of the program, 0 for none and 2 for a filter";

  /** Called by JUnit. */
  SeccompProfiles() {}

  @Test
  @Specification(
      document = "CRI api.proto, message SecurityProfile",
      says = "Unconfined means no seccomp profile")
  @Covers({"LinuxContainerSecurityContext.seccomp", "SecurityProfile.profile_type"})
  void anUnconfinedProgramHasNoFilter(RuntimeUnderTest node) {
    assertEquals(
        NONE, start(node, profile(ProfileType.Unconfined)).program().field("Seccomp"), MODE);
  }

  @Test
  @Specification(
      document = "Kubernetes, cri-tools validation of seccomp",
      says = "where no seccomp profile is given, there is none")
  @Covers({"LinuxContainerSecurityContext.seccomp"})
  void aProgramWithoutProfileHasNoFilter(RuntimeUnderTest node) {
    assertEquals(NONE, node.runPod().startWaiting().program().field("Seccomp"), MODE);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SecurityProfile",
      says = "RuntimeDefault is the profile that the runtime brings")
  @Covers({"LinuxContainerSecurityContext.seccomp", "SecurityProfile.profile_type"})
  void theRuntimeHasAProfileOfItsOwn(RuntimeUnderTest node) {
    assertEquals(
        FILTER, start(node, profile(ProfileType.RuntimeDefault)).program().field("Seccomp"), MODE);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SecurityProfile",
      says = "Localhost is the profile in the file that localhost_ref names")
  @Covers({"SecurityProfile.profile_type", "SecurityProfile.localhost_ref"})
  void aProfileOfTheNodeIsInForce(RuntimeUnderTest node) throws IOException {
    Pod pod = node.runPod();
    var unconfined = start(pod, "unconfined", profile(ProfileType.Unconfined));
    assertEquals("ok", unconfined.attempt("hostname", "other"), "sethostname without a profile");
    var confined = start(pod, "confined", file(node));
    assertEquals(FILTER, confined.program().field("Seccomp"), MODE);
    assertEquals("EPERM", confined.attempt("hostname", "other"), "sethostname, which it forbids");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "a privileged container has no seccomp profile, whatever is asked for")
  @Covers({"LinuxContainerSecurityContext.seccomp", "LinuxContainerSecurityContext.privileged"})
  void aPrivilegedContainerHasNoFilter(RuntimeUnderTest node) throws IOException {
    var config = node.podConfig();
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    SecurityProfile file = file(node);
    var container =
        node.runPod(config.build())
            .startWaiting(security -> security.setPrivileged(true).setSeccomp(file));
    assertEquals("ok", container.attempt("hostname", "other"), "sethostname, which it forbids");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SecurityProfile",
      says = "localhost_ref must name a profile on the node")
  @Covers({"SecurityProfile.localhost_ref"})
  void aProfileThatIsNotThereIsRejected(RuntimeUnderTest node) {
    var absent =
        profile(ProfileType.Localhost).toBuilder()
            .setLocalhostRef(node.newFolder().resolve("absent.json").toString())
            .build();
    node.assertRejected(() -> start(node, absent));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxSandboxSecurityContext",
      says = "seccomp is the profile of the sandbox's own process, where it has one")
  @Covers({"LinuxSandboxSecurityContext.seccomp"})
  void theSandboxHasTheProfileThatIsGiven(RuntimeUnderTest node) {
    var shared = NamespaceOption.newBuilder().setPid(NamespaceMode.POD);
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setNamespaceOptions(shared)
        .setSeccomp(profile(ProfileType.RuntimeDefault));
    var sandbox =
        node.runPod(config.build())
            .startWaiting(security -> security.setNamespaceOptions(shared))
            .program();
    assumeFalse(
        sandbox.field("Name").equals("program"),
        "pods have no process of their own in this runtime");
    assertEquals(FILTER, sandbox.field("Seccomp"), "seccomp mode of the sandbox's process");
  }

  private static TestContainer start(RuntimeUnderTest node, SecurityProfile seccomp) {
    return node.runPod().startWaiting(security -> security.setSeccomp(seccomp));
  }

  /** A container that could set its host name, were it not for its profile. */
  private static TestContainer start(Pod pod, String name, SecurityProfile seccomp) {
    var config = pod.containerConfig(name, "pause");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setSeccomp(seccomp)
        .getCapabilitiesBuilder()
        .addAddCapabilities("SYS_ADMIN");
    return pod.create(config.build()).start();
  }

  private static SecurityProfile profile(ProfileType type) {
    return SecurityProfile.newBuilder().setProfileType(type).build();
  }

  private static SecurityProfile file(RuntimeUnderTest node) throws IOException {
    Path file = Files.writeString(node.newFolder().resolve("no-hostname.json"), NO_HOSTNAME);
    return SecurityProfile.newBuilder()
        .setProfileType(ProfileType.Localhost)
        .setLocalhostRef(file.toString())
        .build();
  }
}
