package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.image.TestImage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What containers may do to themselves and to the node. */
@ExtendWith(GivesRuntime.class)
public final class Privileges {
  private static final long SYS_ADMIN = 1L << 21;
  private static final String SETTING = "/sys/class/net/lo/mtu";

  /** Called by JUnit. */
  Privileges() {}

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "no_new_privs sets the flag of that name for the program")
  @Covers({"LinuxContainerSecurityContext.no_new_privs"})
  void noNewPrivilegesAreToBeHadOnlyWhenAskedFor(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var restricted = pod.startWaiting(security -> security.setNoNewPrivs(true));
    assertEquals("1", restricted.program().field("NoNewPrivs"), "NoNewPrivs of the program");
    var usual = pod.create("usual", "pause").start();
    assertEquals("0", usual.program().field("NoNewPrivs"), "NoNewPrivs of an ordinary program");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "readonly_rootfs makes the root file system read-only")
  @Covers({"LinuxContainerSecurityContext.readonly_rootfs"})
  void theRootFileSystemIsReadOnlyWhenAskedFor(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var readOnly = pod.startWaiting(security -> security.setReadonlyRootfs(true));
    assertEquals("EROFS", readOnly.attempt("write", "/new", "x"), "writing to the root");
    assertEquals("EROFS", readOnly.attempt("write", "/data/file", "x"), "writing to a file");
    var usual = pod.create("usual", "pause").start();
    assertEquals("ok", usual.attempt("write", "/new", "x"), "writing to an ordinary root");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "masked_paths cannot be read in the container")
  @Covers({"LinuxContainerSecurityContext.masked_paths"})
  void maskedPathsAreHidden(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var masked =
        pod.startWaiting(security -> security.addMaskedPaths("/etc/group").addMaskedPaths("/data"));
    assertEquals("", masked.outcome("show", "/etc/group").getStdout().toStringUtf8(), "/etc/group");
    assertNotEquals(0, masked.outcome("show", "/data/file").getExitCode(), "reading /data/file");
    var usual = pod.create("usual", "pause").start();
    assertEquals(TestImage.DATA, usual.read("/data/file"), "/data/file of an ordinary container");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "readonly_paths can be read in the container and not written")
  @Covers({"LinuxContainerSecurityContext.readonly_paths"})
  void readOnlyPathsCannotBeWritten(RuntimeUnderTest node) {
    var container = node.runPod().startWaiting(security -> security.addReadonlyPaths("/data"));
    assertEquals(TestImage.DATA, container.read("/data/file"), "/data/file");
    assertEquals("EROFS", container.attempt("write", "/data/file", "x"), "writing to /data/file");
    assertEquals("ok", container.attempt("write", "/new", "x"), "writing beside it");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says =
          "a privileged container has all capabilities, no seccomp profile, and every device of the node")
  @Covers({"LinuxContainerSecurityContext.privileged", "LinuxSandboxSecurityContext.privileged"})
  void aPrivilegedContainerMayDoWhatAnOrdinaryOneMayNot(RuntimeUnderTest node) {
    var config = node.podConfig();
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    Pod pod = node.runPod(config.build());
    var usual = pod.create("usual", "pause").start();
    assertEquals(0, usual.program().capabilities("CapEff") & SYS_ADMIN, "SYS_ADMIN, ordinary");
    assertNotEquals("ok", usual.attempt("mount", "/data"), "mounting in an ordinary container");
    var privileged = pod.startWaiting(security -> security.setPrivileged(true));
    assertEquals(
        SYS_ADMIN,
        privileged.program().capabilities("CapEff") & SYS_ADMIN,
        "SYS_ADMIN, privileged");
    assertEquals("0", privileged.program().field("Seccomp"), "seccomp mode, 0 for none");
    assertEquals("ok", privileged.attempt("mount", "/data"), "mounting in a privileged container");
    assertEquals("ok", privileged.attempt("open", "/dev/kmsg"), "opening /dev/kmsg");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "a privileged container can change the settings in /sys, others only read them")
  @Covers({"LinuxContainerSecurityContext.privileged"})
  void onlyAPrivilegedContainerMayChangeWhatIsInSys(RuntimeUnderTest node) {
    var config = node.podConfig();
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    Pod pod = node.runPod(config.build());
    assertEquals(
        "EROFS",
        pod.create("usual", "pause").start().attempt("open", SETTING),
        "opening a setting in /sys to write, ordinary container");
    assertEquals(
        "ok",
        pod.startWaiting(security -> security.setPrivileged(true)).attempt("open", SETTING),
        "opening a setting in /sys to write, privileged container");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxSandboxSecurityContext",
      says =
          "privileged says that the sandbox may be asked to run a privileged container; it gives nothing to others")
  @Covers({"LinuxSandboxSecurityContext.privileged", "LinuxContainerSecurityContext.privileged"})
  void anOrdinaryContainerOfAPrivilegedPodIsOrdinary(RuntimeUnderTest node) {
    var config = node.podConfig();
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    var container = node.runPod(config.build()).startWaiting();
    assertEquals("EPERM", container.attempt("hostname", "other"), "sethostname");
    assertEquals("EPERM", container.attempt("own-mounts"), "unshare of mounts");
  }
}
