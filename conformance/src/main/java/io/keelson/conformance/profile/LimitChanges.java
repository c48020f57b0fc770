package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.ContainerCgroup;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdatePodSandboxResourcesRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Limits that are changed while containers run, and where their cgroups are. */
@ExtendWith(GivesRuntime.class)
public final class LimitChanges {
  /** Called by JUnit. */
  LimitChanges() {}

  private static final long MIB = 1024 * 1024;

  @Test
  @Specification(
      document = "CRI api.proto, rpc UpdateContainerResources",
      says = "limits of a running container are changed; what is not given stays")
  @Covers({
    "UpdateContainerResourcesRequest.container_id",
    "UpdateContainerResourcesRequest.linux",
    "ContainerStatus.resources"
  })
  void theStatusTellsChangedLimits(RuntimeUnderTest node) {
    var container = startLimited(node);
    update(container);
    var told = container.status().getResources().getLinux();
    assertEquals(96 * MIB, told.getMemoryLimitInBytes(), "memory_limit_in_bytes, changed");
    assertEquals(30_000, told.getCpuQuota(), "cpu_quota, changed");
    assertEquals(50_000, told.getCpuPeriod(), "cpu_period, as before");
    assertEquals(512, told.getCpuShares(), "cpu_shares, as before");
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc UpdateContainerResources",
      says = "changed limits are in force when the call returns; the container goes on")
  @Covers({"UpdateContainerResourcesRequest.linux"})
  void changedLimitsAreInForce(RuntimeUnderTest node) {
    var container = startLimited(node);
    ContainerCgroup cgroup = ContainerCgroup.of(container);
    update(container);
    assertEquals(96 * MIB, cgroup.memoryLimit(), "memory limit in bytes");
    assertEquals("30000 50000", cgroup.cpuQuotaAndPeriod(), "CPU quota and period");
    cgroup.assertCpuShares(512);
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc UpdateContainerResources",
      says = "the container must be there")
  @Covers({"UpdateContainerResourcesRequest.container_id"})
  void limitsOfAnUnknownContainerCannotBeChanged(RuntimeUnderTest node) {
    var request =
        UpdateContainerResourcesRequest.newBuilder()
            .setContainerId("0123456789abcdef")
            .setLinux(LinuxContainerResources.newBuilder().setCpuShares(512))
            .build();
    node.assertFails(Code.NOT_FOUND, () -> node.runtime().updateContainerResources(request));
  }

  private static TestContainer startLimited(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "pause");
    config
        .getLinuxBuilder()
        .getResourcesBuilder()
        .setCpuShares(512)
        .setCpuQuota(20_000)
        .setCpuPeriod(50_000)
        .setMemoryLimitInBytes(64 * MIB);
    return pod.create(config.build()).start();
  }

  private static void update(TestContainer container) {
    container
        .node()
        .runtime()
        .updateContainerResources(
            UpdateContainerResourcesRequest.newBuilder()
                .setContainerId(container.id())
                .setLinux(
                    LinuxContainerResources.newBuilder()
                        .setCpuQuota(30_000)
                        .setMemoryLimitInBytes(96 * MIB))
                .build());
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc UpdatePodSandboxResources",
      says = "the runtime is told of a pod's new limits; the pod must be there, and goes on")
  @Covers({"UpdatePodSandboxResourcesRequest.pod_sandbox_id"})
  void newLimitsOfAPodAreTaken(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var request =
        UpdatePodSandboxResourcesRequest.newBuilder()
            .setPodSandboxId(pod.id())
            .setResources(LinuxContainerResources.newBuilder().setMemoryLimitInBytes(256 * MIB));
    node.ifServed(
        "UpdatePodSandboxResources",
        () -> node.runtime().updatePodSandboxResources(request.build()));
    assertEquals(PodSandboxState.SANDBOX_READY, pod.status().getState(), "state of the pod");
    request.setPodSandboxId("0123456789abcdef");
    node.assertRejected(() -> node.runtime().updatePodSandboxResources(request.build()));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxPodSandboxConfig",
      says = "the pod's cgroups are below cgroup_parent, which is in the form of the cgroup driver")
  @Covers({"LinuxPodSandboxConfig.cgroup_parent"})
  void containersAreBelowTheCgroupParent(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    var config = node.podConfigWithCgroup();
    String parent = config.getLinux().getCgroupParent();
    // Containers often have a cgroup namespace of their own, in which they are at the top.
    var onNode = NamespaceOption.newBuilder().setPid(NamespaceMode.NODE);
    config.getLinuxBuilder().getSecurityContextBuilder().setNamespaceOptions(onNode);
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    String own =
        node.runPod(config.build())
            .startWaiting(security -> security.setNamespaceOptions(onNode).setPrivileged(true))
            .read("/proc/self/cgroup");
    assumeFalse(
        own.lines().allMatch(line -> line.endsWith(":/")),
        "containers cannot see where their cgroups are");
    assertTrue(
        own.contains(parent + "/"), "the cgroups of a container are below " + parent + ":\n" + own);
  }
}
