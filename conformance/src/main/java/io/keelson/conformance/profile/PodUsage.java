package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.grpc.Status.Code;
import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.PodSandboxStats;
import io.keelson.runtime.v1.PodSandboxStatsRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What pods use, as the runtime tells it. */
@ExtendWith(GivesRuntime.class)
public final class PodUsage {
  /** Called by JUnit. */
  PodUsage() {}

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxStats",
      says = "attributes say which pod it is; containers are those of the pod")
  @Covers({
    "PodSandboxStatsRequest.pod_sandbox_id",
    "PodSandboxStatsResponse.stats",
    "PodSandboxStats.attributes",
    "PodSandboxStats.linux",
    "PodSandboxAttributes.id",
    "PodSandboxAttributes.metadata",
    "PodSandboxAttributes.labels",
    "PodSandboxAttributes.annotations",
    "LinuxPodSandboxStats.containers"
  })
  void theUsageNamesItsPodAndItsContainers(RuntimeUnderTest node) {
    Pod pod =
        node.runPod(
            node.podConfigWithCgroup().putLabels("app", "web").putAnnotations("a", "b").build());
    var container = pod.startWaiting();
    PodSandboxStats stats = stats(pod);
    var attributes = stats.getAttributes();
    assertEquals(pod.id(), attributes.getId(), "id");
    assertEquals(pod.config().getMetadata(), attributes.getMetadata(), "metadata");
    assertEquals(pod.config().getLabelsMap(), attributes.getLabelsMap(), "labels");
    assertEquals(pod.config().getAnnotationsMap(), attributes.getAnnotationsMap(), "annotations");
    assertEquals(
        List.of(container.id()),
        stats.getLinux().getContainersList().stream()
            .map(part -> part.getAttributes().getId())
            .toList(),
        "the pod's containers");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message LinuxPodSandboxStats",
      says = "CPU time and memory of all containers of the pod together")
  @Covers({"LinuxPodSandboxStats.cpu", "LinuxPodSandboxStats.memory"})
  void aPodUsesWhatItsContainersUse(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod(node.podConfigWithCgroup().build());
    var worker = pod.create("worker", "spin").start();
    pod.create("holder", "allocate", "20").start();
    node.await(
        "the pod has used 100 ms of CPU time and has 20 MiB in its working set",
        () -> {
          var linux = stats(pod).getLinux();
          return linux.getCpu().getUsageCoreNanoSeconds().getValue() >= 100_000_000
              && linux.getMemory().getWorkingSetBytes().getValue() >= 20 * 1024 * 1024;
        });
    var linux = stats(pod).getLinux();
    assertTrue(linux.getCpu().getTimestamp() > 0, "timestamp of cpu is 0");
    assertTrue(linux.getMemory().getTimestamp() > 0, "timestamp of memory is 0");
    worker.stop(0);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message NetworkUsage",
      says = "bytes and errors of each interface of the pod, in both directions")
  @Covers({
    "LinuxPodSandboxStats.network",
    "NetworkUsage.timestamp",
    "NetworkUsage.default_interface",
    "NetworkUsage.interfaces",
    "NetworkInterfaceUsage.name",
    "NetworkInterfaceUsage.rx_bytes",
    "NetworkInterfaceUsage.rx_errors",
    "NetworkInterfaceUsage.tx_bytes",
    "NetworkInterfaceUsage.tx_errors"
  })
  void trafficOfAPodIsTold(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod server = node.runPod();
    server.create("server", "answer", "tcp", "8080", "hello").start();
    Pod pod = node.runPod(node.podConfigWithCgroup().build());
    var client = pod.startWaiting();
    node.await(
        "the pod's default interface is told",
        () -> stats(pod).getLinux().getNetwork().hasDefaultInterface());
    var before = stats(pod).getLinux().getNetwork();
    String ip = server.status().getNetwork().getIp();
    node.await(
        "a call to " + ip + " is answered", () -> client.run("call", ip, "8080").equals("hello"));
    node.await(
        "rx_bytes and tx_bytes grow with traffic",
        () -> {
          var now = stats(pod).getLinux().getNetwork().getDefaultInterface();
          var then = before.getDefaultInterface();
          return now.getRxBytes().getValue() > then.getRxBytes().getValue()
              && now.getTxBytes().getValue() > then.getTxBytes().getValue();
        });
    var network = stats(pod).getLinux().getNetwork();
    assertTrue(network.getTimestamp() > 0, "timestamp of network is 0");
    assertTrue(
        client.read("/proc/net/dev").contains(network.getDefaultInterface().getName() + ":"),
        "the pod has an interface '%s'".formatted(network.getDefaultInterface().getName()));
    assertEquals(0, network.getDefaultInterface().getRxErrors().getValue(), "rx_errors");
    assertEquals(0, network.getDefaultInterface().getTxErrors().getValue(), "tx_errors");
    assertFalse(
        network.getInterfacesList().stream()
            .anyMatch(one -> one.getName().equals(network.getDefaultInterface().getName())),
        "the default interface is among the others");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ProcessUsage",
      says = "how many processes the pod has")
  @Covers({"LinuxPodSandboxStats.process", "ProcessUsage.timestamp", "ProcessUsage.process_count"})
  void theProcessesOfAPodAreCounted(RuntimeUnderTest node) {
    node.assumeRunsPrograms();
    Pod pod = node.runPod(node.podConfigWithCgroup().build());
    pod.create("main", "spawn", "5").start();
    node.await(
        "process_count reaches 6: a program and the five that it starts",
        () -> stats(pod).getLinux().getProcess().getProcessCount().getValue() >= 6);
    var process = stats(pod).getLinux().getProcess();
    assertTrue(process.getTimestamp() > 0, "timestamp of process is 0");
    assertTrue(
        process.getProcessCount().getValue() < 20,
        "process_count is below 20: " + process.getProcessCount().getValue());
  }

  @Test
  @Specification(
      document = "CRI api.proto, message IoUsage",
      says = "time in which the pod's tasks waited for block devices, where the kernel tells it")
  @Covers({"LinuxPodSandboxStats.io"})
  void pressureOnBlockDevicesIsTold(RuntimeUnderTest node) {
    Pod pod = node.runPod(node.podConfigWithCgroup().build());
    pod.startWaiting();
    var io = stats(pod).getLinux().getIo();
    assumeTrue(io.hasPsi(), "the runtime tells no pressure, or the kernel does not measure it");
    assertTrue(io.getTimestamp() > 0, "timestamp of io is 0");
    assertTrue(
        io.getPsi().getFull().getTotal() <= io.getPsi().getSome().getTotal(),
        "Full is a part of Some: " + io.getPsi());
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc PodSandboxStats",
      says = "a pod that is not there has no usage")
  @Covers({"PodSandboxStatsRequest.pod_sandbox_id"})
  void theUsageOfAnUnknownPodIsNotFound(RuntimeUnderTest node) {
    stats(node.runPod(node.podConfigWithCgroup().build()));
    var request = PodSandboxStatsRequest.newBuilder().setPodSandboxId("0123456789abcdef").build();
    node.assertFails(Code.NOT_FOUND, () -> node.runtime().podSandboxStats(request));
  }

  private static PodSandboxStats stats(Pod pod) {
    return pod.node()
        .ifServed(
            "PodSandboxStats",
            () ->
                pod.node()
                    .runtime()
                    .podSandboxStats(
                        PodSandboxStatsRequest.newBuilder().setPodSandboxId(pod.id()).build()))
        .getStats();
  }
}
