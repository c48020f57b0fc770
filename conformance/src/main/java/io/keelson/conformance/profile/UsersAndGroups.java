package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.ProcessStatus;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.image.TestImage;
import io.keelson.runtime.v1.Capability;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.SupplementalGroupsPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whom containers run as. */
@ExtendWith(GivesRuntime.class)
public final class UsersAndGroups {
  private static final long USER = 1001;
  private static final long GROUP = 1002;
  private static final long FURTHER_GROUP = 4001;

  /** Called by JUnit. */
  UsersAndGroups() {}

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "run_as_user is the id of the container's user")
  @Covers({
    "LinuxContainerSecurityContext.run_as_user",
    "ContainerConfig.linux",
    "LinuxContainerConfig.security_context"
  })
  void theProgramRunsAsTheUserIdThatIsGiven(RuntimeUnderTest node) {
    var container = node.runPod().startWaiting(security -> security.setRunAsUser(id(USER)));
    assertEquals(USER, container.program().user(), "user id of the program");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "run_as_group is the group of the container's user")
  @Covers({"LinuxContainerSecurityContext.run_as_group"})
  void theProgramRunsInTheGroupThatIsGiven(RuntimeUnderTest node) {
    var container =
        node.runPod()
            .startWaiting(security -> security.setRunAsUser(id(USER)).setRunAsGroup(id(GROUP)));
    assertEquals(GROUP, container.program().group(), "group id of the program");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "run_as_username is a user that the image's /etc/passwd knows, with id and group")
  @Covers({"LinuxContainerSecurityContext.run_as_username"})
  void theProgramRunsAsTheNamedUserOfTheImage(RuntimeUnderTest node) {
    var program =
        node.runPod().startWaiting(security -> security.setRunAsUsername(TestImage.USER)).program();
    assertEquals(TestImage.USER_ID, program.user(), "user id of " + TestImage.USER);
    assertEquals(TestImage.GROUP_ID, program.group(), "group id of " + TestImage.USER);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "a user that the image does not know cannot be run as")
  @Covers({"LinuxContainerSecurityContext.run_as_username"})
  void aUserNameThatTheImageLacksIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    node.assumeRunsPrograms();
    node.assertRejected(
        () -> pod.startWaiting(security -> security.setRunAsUsername("nobody-here")));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "run_as_group goes with run_as_user or run_as_username only, and is an error without")
  @Covers({"LinuxContainerSecurityContext.run_as_group"})
  void aGroupWithoutUserIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    node.assertRejected(() -> pod.startWaiting(security -> security.setRunAsGroup(id(GROUP))));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxContainerSecurityContext",
      says = "supplemental_groups are added to those of the program")
  @Covers({"LinuxContainerSecurityContext.supplemental_groups"})
  void theProgramHasTheSupplementalGroups(RuntimeUnderTest node) {
    var groups =
        node.runPod()
            .startWaiting(security ->
                security.addSupplementalGroups(FURTHER_GROUP).addSupplementalGroups(4002))
            .program()
            .supplementalGroups();
    assertTrue(
        groups.containsAll(List.of(FURTHER_GROUP, 4002L)),
        "groups of the program include 4001 and 4002, they are " + groups);
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum SupplementalGroupsPolicy",
      says =
          "Merge, the default, adds the groups whose member the user is in the image's /etc/group")
  @Covers({"LinuxContainerSecurityContext.supplemental_groups_policy"})
  void groupsOfTheImageAreMergedUnlessSaidOtherwise(RuntimeUnderTest node) {
    var groups =
        node.runPod().startWaiting(security -> tester(security)).program().supplementalGroups();
    assertTrue(
        groups.containsAll(List.of(FURTHER_GROUP, TestImage.EXTRA_GROUP_ID)),
        "groups of the program include 4001, as given, and 5678, of the image; they are " + groups);
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum SupplementalGroupsPolicy",
      says = "Strict gives the groups of the request only")
  @Covers({
    "LinuxContainerSecurityContext.supplemental_groups_policy",
    "LinuxSandboxSecurityContext.supplemental_groups_policy",
    "RuntimeFeatures.supplemental_groups_policy"
  })
  void groupsOfTheImageStayOutWhenThePolicyIsStrict(RuntimeUnderTest node) {
    assumeAnnounced(node);
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict);
    var groups =
        node.runPod(config.build())
            .startWaiting(security ->
                tester(security).setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict))
            .program()
            .supplementalGroups();
    assertTrue(groups.contains(FURTHER_GROUP), "4001, as given, is among the groups " + groups);
    assertFalse(
        groups.contains(TestImage.EXTRA_GROUP_ID),
        "5678, of the image, is among the groups in spite of Strict: " + groups);
  }

  private static LinuxContainerSecurityContext.Builder tester(
      LinuxContainerSecurityContext.Builder security) {
    return security
        .setRunAsUser(id(TestImage.USER_ID))
        .setRunAsGroup(id(TestImage.GROUP_ID))
        .addSupplementalGroups(FURTHER_GROUP);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerUser",
      says =
          "the status tells user, group and supplemental groups of the container's first process")
  @Covers({
    "ContainerStatus.user",
    "ContainerUser.linux",
    "LinuxContainerUser.uid",
    "LinuxContainerUser.gid",
    "LinuxContainerUser.supplemental_groups"
  })
  void theStatusTellsTheIdsThatWereAskedFor(RuntimeUnderTest node) {
    assumeAnnounced(node);
    var user =
        node.runPod()
            .startWaiting(security ->
                security
                    .setRunAsUser(id(USER))
                    .setRunAsGroup(id(GROUP))
                    .addSupplementalGroups(FURTHER_GROUP))
            .status()
            .getUser()
            .getLinux();
    assertEquals(USER, user.getUid(), "uid in ContainerStatus.user");
    assertEquals(GROUP, user.getGid(), "gid in ContainerStatus.user");
    assertTrue(
        user.getSupplementalGroupsList().contains(FURTHER_GROUP),
        "supplemental_groups in ContainerStatus.user include 4001: " + user);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerUser",
      says =
          "the status tells user, group and supplemental groups of the container's first process")
  @Covers({
    "ContainerStatus.user",
    "LinuxContainerUser.uid",
    "LinuxContainerUser.gid",
    "LinuxContainerUser.supplemental_groups"
  })
  void theStatusTellsTheIdsThatTheKernelKnows(RuntimeUnderTest node) {
    assumeAnnounced(node);
    var container = node.runPod().startWaiting(security -> tester(security));
    var user = container.status().getUser().getLinux();
    ProcessStatus program = container.program();
    assertEquals(program.user(), user.getUid(), "uid in ContainerStatus.user");
    assertEquals(program.group(), user.getGid(), "gid in ContainerStatus.user");
    assertEquals(
        program.supplementalGroups(),
        user.getSupplementalGroupsList().stream().sorted().toList(),
        "supplemental_groups in ContainerStatus.user, in ascending order");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc ExecSync",
      says = "a command runs in the container as its own program does")
  @Covers({"ExecSyncRequest.cmd"})
  void aCommandRunsAsTheProgramDoes(RuntimeUnderTest node) {
    var container =
        node.runPod()
            .startWaiting(security ->
                tester(security)
                    .setNoNewPrivs(true)
                    .setCapabilities(Capability.newBuilder().addDropCapabilities("CHOWN")));
    ProcessStatus command = ProcessStatus.of(container.read("/proc/self/status"));
    for (String field : List.of("Uid", "Gid", "Groups", "CapBnd", "NoNewPrivs", "Seccomp")) {
      assertEquals(
          container.program().field(field),
          command.field(field),
          field + " of a command, as that of the program");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxSandboxSecurityContext",
      says = "user and group of the sandbox's own process, where it has one")
  @Covers({"LinuxSandboxSecurityContext.run_as_user", "LinuxSandboxSecurityContext.run_as_group"})
  void theSandboxRunsAsTheUserThatIsGiven(RuntimeUnderTest node) {
    ProcessStatus sandbox = sandboxOfUser(node);
    assertEquals(USER, sandbox.user(), "user id of the sandbox's process");
    assertEquals(GROUP, sandbox.group(), "group id of the sandbox's process");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxSandboxSecurityContext",
      says = "supplemental groups of the sandbox's own process, where it has one")
  @Covers({"LinuxSandboxSecurityContext.supplemental_groups"})
  void theSandboxHasTheSupplementalGroups(RuntimeUnderTest node) {
    var groups = sandboxOfUser(node).supplementalGroups();
    assertTrue(
        groups.contains(FURTHER_GROUP),
        "groups of the sandbox's process include 4001, they are " + groups);
  }

  private static ProcessStatus sandboxOfUser(RuntimeUnderTest node) {
    var shared = NamespaceOption.newBuilder().setPid(NamespaceMode.POD);
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .setNamespaceOptions(shared)
        .setRunAsUser(id(USER))
        .setRunAsGroup(id(GROUP))
        .addSupplementalGroups(FURTHER_GROUP);
    ProcessStatus first =
        node.runPod(config.build())
            .startWaiting(security -> security.setNamespaceOptions(shared))
            .program();
    assumeFalse(
        first.field("Name").equals("program"), "pods have no process of their own in this runtime");
    return first;
  }

  private static void assumeAnnounced(RuntimeUnderTest node) {
    assumeTrue(
        node.runtime()
            .status(StatusRequest.getDefaultInstance())
            .getFeatures()
            .getSupplementalGroupsPolicy(),
        "the runtime does not announce the feature supplemental_groups_policy");
  }

  private static Int64Value id(long value) {
    return Int64Value.newBuilder().setValue(value).build();
  }
}
