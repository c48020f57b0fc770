package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which namespaces of the kernel containers share with each other and with the node. */
@ExtendWith(GivesRuntime.class)
public final class Namespaces {
  private static final String HOST_NAME = "/proc/sys/kernel/hostname";

  /** Called by JUnit. */
  Namespaces() {}

  @Test
  @Specification(
      document = "CRI api.proto, enum NamespaceMode",
      says = "POD is a namespace that the containers of a pod share, and nobody else")
  @Covers({
    "LinuxContainerSecurityContext.namespace_options",
    "LinuxSandboxSecurityContext.namespace_options",
    "LinuxPodSandboxConfig.security_context",
    "NamespaceOption.network",
    "NamespaceOption.ipc"
  })
  void containersOfAPodShareNetworkIpcAndHostName(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var first = pod.create("first", "pause").start();
    var second = pod.create("second", "pause").start();
    var foreign = node.runPod().startWaiting();
    for (String kind : List.of("net", "ipc")) {
      assertEquals(first.namespace(kind), second.namespace(kind), kind + " of the same pod");
      assertNotEquals(first.namespace(kind), foreign.namespace(kind), kind + " of another pod");
    }
    assertNotEquals(first.namespace("mnt"), second.namespace("mnt"), "mnt of the same pod");
    assertEquals("conformance", first.read(HOST_NAME).strip(), "host name");
    assertEquals("conformance", second.read(HOST_NAME).strip(), "host name, second container");
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum NamespaceMode",
      says = "CONTAINER is a namespace of the container's own")
  @Covers({"NamespaceOption.pid"})
  void aContainerCanHaveProcessIdsOfItsOwn(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var first = pod.create("first", "pause").start();
    var second = pod.create("second", "pause").start();
    assertNotEquals(first.namespace("pid"), second.namespace("pid"), "pid of the same pod");
    assertEquals("program", first.program().field("Name"), "process 1");
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum NamespaceMode",
      says = "POD is a namespace that the containers of a pod share, and nobody else")
  @Covers({"NamespaceOption.pid"})
  void containersOfAPodCanShareProcessIds(RuntimeUnderTest node) {
    Pod pod = runPod(node, options -> options.setPid(NamespaceMode.POD));
    var first = start(pod, "first", options -> options.setPid(NamespaceMode.POD));
    var second = start(pod, "second", options -> options.setPid(NamespaceMode.POD));
    Pod other = runPod(node, options -> options.setPid(NamespaceMode.POD));
    var foreign = start(other, "foreign", options -> options.setPid(NamespaceMode.POD));
    assertEquals(first.namespace("pid"), second.namespace("pid"), "pid of the same pod");
    assertNotEquals(first.namespace("pid"), foreign.namespace("pid"), "pid of another pod");
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum NamespaceMode",
      says = "NODE is the namespace of the node")
  @Covers({"NamespaceOption.network", "NamespaceOption.pid", "NamespaceOption.ipc"})
  void aPodCanShareTheNamespacesOfTheNode(RuntimeUnderTest node) {
    var first = startOnNode(node);
    var second = startOnNode(node);
    var usual = node.runPod().startWaiting();
    for (String kind : List.of("net", "ipc", "pid")) {
      assertEquals(first.namespace(kind), second.namespace(kind), kind + " of two pods with NODE");
      assertNotEquals(first.namespace(kind), usual.namespace(kind), kind + " of an ordinary pod");
    }
    assertNotEquals("program", first.program().field("Name"), "process 1 of the node");
  }

  private static TestContainer startOnNode(RuntimeUnderTest node) {
    Consumer<NamespaceOption.Builder> onNode =
        options ->
            options
                .setNetwork(NamespaceMode.NODE)
                .setPid(NamespaceMode.NODE)
                .setIpc(NamespaceMode.NODE);
    return start(runPod(node, onNode), "main", onNode);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxConfig",
      says = "a pod on the node's network has the node's host name")
  @Covers({"PodSandboxConfig.hostname"})
  void aPodOnTheNetworkOfTheNodeHasItsHostName(RuntimeUnderTest node) {
    Consumer<NamespaceOption.Builder> onNode =
        options -> options.setNetwork(NamespaceMode.NODE).setPid(NamespaceMode.NODE);
    var first = start(runPod(node, onNode), "main", onNode);
    var second = start(runPod(node, onNode), "main", onNode);
    assertEquals(
        first.read(HOST_NAME), second.read(HOST_NAME), "host name of two pods on the node");
  }

  @Test
  @Specification(
      document = "CRI api.proto, enum NamespaceMode",
      says = "TARGET is the namespace of the container that target_id names")
  @Covers({"NamespaceOption.pid", "NamespaceOption.target_id"})
  void aContainerCanJoinTheProcessIdsOfAnother(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var target = pod.create("target", "pause").start();
    var other = pod.create("other", "pause").start();
    var joining =
        start(
            pod,
            "joining",
            options -> options.setPid(NamespaceMode.TARGET).setTargetId(target.id()));
    assertEquals(target.namespace("pid"), joining.namespace("pid"), "pid of the target");
    assertNotEquals(other.namespace("pid"), joining.namespace("pid"), "pid of a third container");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message NamespaceOption",
      says = "target_id is the id of a container")
  @Covers({"NamespaceOption.target_id"})
  void aTargetThatIsNotThereIsRejected(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    node.assertRejected(() ->
        start(
            pod,
            "joining",
            options -> options.setPid(NamespaceMode.TARGET).setTargetId("0123456789abcdef")));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxPodSandboxStatus",
      says = "the status tells the namespace options of the pod")
  @Covers({
    "PodSandboxStatus.linux",
    "LinuxPodSandboxStatus.namespaces",
    "Namespace.options",
    "NamespaceOption.network",
    "NamespaceOption.pid",
    "NamespaceOption.ipc"
  })
  void theStatusTellsTheNamespacesOfThePod(RuntimeUnderTest node) {
    Consumer<NamespaceOption.Builder> onNode =
        options ->
            options
                .setNetwork(NamespaceMode.NODE)
                .setPid(NamespaceMode.NODE)
                .setIpc(NamespaceMode.NODE);
    for (Pod pod :
        List.of(
            node.runPod(),
            runPod(node, onNode),
            runPod(node, options -> options.setPid(NamespaceMode.POD)))) {
      var told = pod.status().getLinux().getNamespaces().getOptions();
      var asked = pod.config().getLinux().getSecurityContext().getNamespaceOptions();
      assertEquals(asked.getNetwork(), told.getNetwork(), "network");
      assertEquals(asked.getPid(), told.getPid(), "pid");
      assertEquals(asked.getIpc(), told.getIpc(), "ipc");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxConfig",
      says = "hostname is the name that the containers of the pod see")
  @Covers({"PodSandboxConfig.hostname"})
  void thePodHasTheHostNameThatIsGiven(RuntimeUnderTest node) {
    Pod pod = node.runPod(node.podConfig().setHostname("keelson-conformance-1").build());
    assertEquals("keelson-conformance-1", pod.startWaiting().read(HOST_NAME).strip(), "host name");
  }

  @Test
  @Specification(
      document = "Kubernetes, containers of a pod share memory",
      says = "what one container writes to /dev/shm, others of its pod read, and no other pod does")
  @Covers({"NamespaceOption.ipc"})
  void containersOfAPodShareMemory(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    var writer = pod.create("writer", "pause").start();
    assertEquals("ok", writer.attempt("write", "/dev/shm/x", "shared"), "writing to /dev/shm");
    assertEquals(
        "shared", pod.create("reader", "pause").start().read("/dev/shm/x"), "read in the same pod");
    assertNotEquals(
        0,
        node.runPod().startWaiting().outcome("show", "/dev/shm/x").getExitCode(),
        "reading it in another pod");
  }

  private static Pod runPod(RuntimeUnderTest node, Consumer<NamespaceOption.Builder> change) {
    var config = node.podConfig();
    var options = config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder();
    change.accept(options);
    if (options.getNetwork() == NamespaceMode.NODE) {
      config.clearHostname();
    }
    return node.runPod(config.build());
  }

  private static TestContainer start(
      Pod pod, String name, Consumer<NamespaceOption.Builder> change) {
    var config = pod.containerConfig(name, "pause");
    change.accept(
        config.getLinuxBuilder().getSecurityContextBuilder().getNamespaceOptionsBuilder());
    return pod.create(config.build()).start();
  }
}
