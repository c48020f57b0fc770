package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.SELinuxOption;
import io.keelson.runtime.v1.SecurityProfile.ProfileType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** AppArmor and SELinux, on nodes that have them. */
@ExtendWith(GivesRuntime.class)
public final class MandatoryAccess {
  private static final String ATTRIBUTE = "/proc/1/attr/current";

  /** Called by JUnit. */
  MandatoryAccess() {}

  @Test
  @Specification(
      document = "CRI api.proto, message SecurityProfile",
      says = "Unconfined means no AppArmor profile, RuntimeDefault the one that the runtime brings")
  @Covers({"LinuxContainerSecurityContext.apparmor"})
  void appArmorConfinesUnlessSaidOtherwise(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assumeAppArmor(pod);
    var free = appArmor(pod, "free", ProfileType.Unconfined, "");
    assertEquals("unconfined", free.read(ATTRIBUTE).strip(), "AppArmor profile, Unconfined");
    var confined = appArmor(pod, "confined", ProfileType.RuntimeDefault, "");
    assertNotEquals(
        "unconfined", confined.read(ATTRIBUTE).strip(), "AppArmor profile, RuntimeDefault");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SecurityProfile",
      says = "Localhost names an AppArmor profile that is loaded on the node")
  @Covers({"LinuxContainerSecurityContext.apparmor"})
  void anAppArmorProfileThatIsNotLoadedIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assumeAppArmor(pod);
    node.assertRejected(
        () -> appArmor(pod, "main", ProfileType.Localhost, "keelson-conformance-absent"));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxSandboxSecurityContext",
      says = "apparmor is the profile of the sandbox's own process, where it has one")
  @Covers({"LinuxSandboxSecurityContext.apparmor"})
  void aPodWithAnAppArmorProfileRuns(RuntimeUnderTest node) {
    assumeAppArmor(node.runPod());
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setNamespaceOptions(NamespaceOption.newBuilder().setPid(NamespaceMode.POD))
        .getApparmorBuilder()
        .setProfileType(ProfileType.Unconfined);
    var container =
        node.runPod(config.build())
            .startWaiting(security ->
                security.setNamespaceOptions(
                    NamespaceOption.newBuilder().setPid(NamespaceMode.POD)));
    assertEquals("unconfined", container.read(ATTRIBUTE).strip(), "AppArmor profile of process 1");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SELinuxOption",
      says = "user, role, type and level make up the label of the container's processes")
  @Covers({
    "LinuxContainerSecurityContext.selinux_options",
    "LinuxSandboxSecurityContext.selinux_options",
    "SELinuxOption.user",
    "SELinuxOption.role",
    "SELinuxOption.type",
    "SELinuxOption.level"
  })
  void theProgramHasTheLabelThatIsGiven(RuntimeUnderTest node) {
    assumeSelinux(node.runPod());
    var label =
        SELinuxOption.newBuilder()
            .setUser("system_u")
            .setRole("system_r")
            .setType("container_t")
            .setLevel("s0:c37,c73");
    var config = node.podConfig();
    config.getLinuxBuilder().getSecurityContextBuilder().setSelinuxOptions(label);
    var container =
        node.runPod(config.build()).startWaiting(security -> security.setSelinuxOptions(label));
    assertEquals(
        "system_u:system_r:container_t:s0:c37,c73",
        container.read(ATTRIBUTE).replace("\0", "").strip(),
        "SELinux label of the program");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message SELinuxOption",
      says = "a label is made of user, role and type as the node's policy knows them")
  @Covers({"LinuxContainerSecurityContext.selinux_options"})
  void aLabelThatThePolicyDoesNotKnowIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assumeSelinux(pod);
    var unknown =
        SELinuxOption.newBuilder().setUser("no_u").setRole("no_r").setType("no_t").setLevel("s0");
    node.assertRejected(() -> pod.startWaiting(security -> security.setSelinuxOptions(unknown)));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "selinux_relabel gives the host path the label of the container")
  @Covers({"Mount.selinux_relabel"})
  void aRelabelledFolderCanBeWrittenTo(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assumeSelinux(pod);
    var config =
        pod.containerConfig("main", "pause")
            .addMounts(
                Mount.newBuilder()
                    .setHostPath(node.newFolder().toString())
                    .setContainerPath("/mnt")
                    .setSelinuxRelabel(true));
    assertEquals(
        "ok",
        pod.create(config.build()).start().attempt("write", "/mnt/new", "x"),
        "writing to a relabelled folder");
  }

  private static TestContainer appArmor(Pod pod, String name, ProfileType type, String reference) {
    var config = pod.containerConfig(name, "pause");
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getApparmorBuilder()
        .setProfileType(type)
        .setLocalhostRef(reference);
    return pod.create(config.build()).start();
  }

  private static void assumeAppArmor(Pod pod) {
    var enabled =
        pod.create("probe", "pause")
            .start()
            .outcome("show", "/sys/module/apparmor/parameters/enabled");
    assumeTrue(enabled.getStdout().toStringUtf8().strip().equals("Y"), "the node has no AppArmor");
  }

  private static void assumeSelinux(Pod pod) {
    assumeTrue(
        pod.create("probe", "pause").start().read("/proc/filesystems").contains("selinuxfs"),
        "the node has no SELinux");
  }
}
