package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.CDIDevice;
import io.keelson.runtime.v1.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sysctls of pods, and devices of the node in containers. */
@ExtendWith(GivesRuntime.class)
public final class KernelParametersAndDevices {
  private static final String DEVICE = "/dev/log-of-kernel";

  /** Called by JUnit. */
  KernelParametersAndDevices() {}

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxPodSandboxConfig",
      says = "sysctls are set in the namespaces of the pod")
  @Covers({"LinuxPodSandboxConfig.sysctls", "PodSandboxConfig.linux"})
  void kernelParametersOfThePodAreSet(RuntimeUnderTest node) {
    Pod usual = node.runPod();
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .putSysctls("kernel.shm_rmid_forced", "1")
        .putSysctls("net.ipv4.ip_local_port_range", "1024 65000");
    var container = node.runPod(config.build()).startWaiting();
    assertEquals(
        "1", container.read("/proc/sys/kernel/shm_rmid_forced").strip(), "kernel.shm_rmid_forced");
    assertEquals(
        "1024\t65000",
        container.read("/proc/sys/net/ipv4/ip_local_port_range").strip(),
        "net.ipv4.ip_local_port_range");
    assertEquals(
        "0",
        usual.startWaiting().read("/proc/sys/kernel/shm_rmid_forced").strip(),
        "kernel.shm_rmid_forced of another pod");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxPodSandboxConfig",
      says =
          "sysctls are set in the namespaces of the pod; others are set that Kubernetes calls unsafe, for it is the kubelet that allows them")
  @Covers({"LinuxPodSandboxConfig.sysctls"})
  void aKernelParameterThatKubernetesCallsUnsafeIsSet(RuntimeUnderTest node) {
    var config = node.podConfig();
    config.getLinuxBuilder().putSysctls("fs.mqueue.msg_max", "12");
    assertEquals(
        "12",
        node.runPod(config.build()).startWaiting().read("/proc/sys/fs/mqueue/msg_max").strip(),
        "fs.mqueue.msg_max");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxPodSandboxConfig",
      says = "sysctls are those of the pod; what belongs to the whole node cannot be set for one")
  @Covers({"LinuxPodSandboxConfig.sysctls"})
  void aKernelParameterOfTheWholeNodeIsRejected(RuntimeUnderTest node) {
    var config = node.podConfig();
    // Were it set, a value that is common anyway does no harm.
    config.getLinuxBuilder().putSysctls("vm.swappiness", "60");
    node.assertRejected(() -> node.runPod(config.build()));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Device",
      says =
          "the device of the node is in the container under its path there, to be used as permissions say")
  @Covers({
    "ContainerConfig.devices",
    "Device.container_path",
    "Device.host_path",
    "Device.permissions"
  })
  void aDeviceCanBeUsedAsItsPermissionsSay(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    assertEquals(
        "ok", withKernelLog(pod, "writer", "rwm").attempt("open", DEVICE), "permissions rwm");
    assertEquals(
        "EPERM",
        withKernelLog(pod, "reader", "r").attempt("open", DEVICE),
        "writing, permissions r");
  }

  /** A device that every node has, and containers have not. */
  private static TestContainer withKernelLog(Pod pod, String name, String permissions) {
    var config =
        pod.containerConfig(name, "pause")
            .addDevices(
                Device.newBuilder()
                    .setHostPath("/dev/kmsg")
                    .setContainerPath(DEVICE)
                    .setPermissions(permissions));
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getCapabilitiesBuilder()
        .addAddCapabilities("SYSLOG");
    return pod.create(config.build()).start();
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Device",
      says = "host_path is that of a device on the node")
  @Covers({"Device.host_path"})
  void aDeviceThatTheNodeLacksIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var absent =
        Device.newBuilder()
            .setHostPath("/dev/keelson-conformance-absent")
            .setContainerPath("/dev/absent")
            .setPermissions("rw");
    var config = pod.containerConfig("main", "pause").addDevices(absent).build();
    node.assertRejected(() -> pod.create(config).start());
  }

  @Test
  @Specification(
      document = "CRI api.proto, message CDIDevice",
      says = "name is that of a device in the node's CDI specifications; others cannot be given")
  @Covers({"ContainerConfig.CDI_devices", "CDIDevice.name"})
  void aCdiDeviceThatTheNodeLacksIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var config =
        pod.containerConfig("main", "pause")
            .addCDIDevices(CDIDevice.newBuilder().setName("keelson.io/conformance=absent"))
            .build();
    node.assertRejected(() -> pod.create(config).start());
  }
}
