package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.NodePorts;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.NetworkConfig;
import io.keelson.runtime.v1.PortMapping;
import io.keelson.runtime.v1.Protocol;
import io.keelson.runtime.v1.RuntimeConfig;
import io.keelson.runtime.v1.UpdateRuntimeConfigRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Addresses of pods, and who reaches whom. */
@ExtendWith(GivesRuntime.class)
public final class PodNetwork {
  private static final int PORT = 8080;
  private static final String WORD = "hello from the pod";

  /** Called by JUnit. */
  PodNetwork() {}

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxNetworkStatus",
      says = "ip is the pod's first address, additional_ips are its others")
  @Covers({"PodSandboxNetworkStatus.ip", "PodSandboxNetworkStatus.additional_ips", "PodIP.ip"})
  void everyPodHasAddressesOfItsOwn(RuntimeUnderTest node) {
    List<String> first = addresses(node.runPod());
    List<String> second = addresses(node.runPod());
    for (String address : first) {
      assertTrue(
          address.matches("[0-9.]{7,15}|[0-9a-f:.]*:[0-9a-f:.]*"), "no address: '" + address + "'");
      assertFalse(second.contains(address), "two pods have the address " + address);
    }
    assertEquals(first.size(), Set.copyOf(first).size(), "addresses differ: " + first);
  }

  private static List<String> addresses(Pod pod) {
    var network = pod.status().getNetwork();
    List<String> addresses = new ArrayList<>(List.of(network.getIp()));
    network.getAdditionalIpsList().forEach(ip -> addresses.add(ip.getIp()));
    return addresses;
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxNetworkStatus",
      says = "ip is an address of the pod's network")
  @Covers({"PodSandboxNetworkStatus.ip"})
  void theAddressIsOnAnInterfaceOfThePod(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    String ip = address(pod);
    var container = pod.startWaiting();
    assertTrue(
        container.read("/proc/net/fib_trie").contains("|-- " + ip + "\n"),
        ip + " is among the pod's local addresses in /proc/net/fib_trie");
  }

  @Test
  @Specification(
      document = "Kubernetes, cluster networking",
      says = "pods reach each other under their addresses")
  @Covers({"PodSandboxNetworkStatus.ip"})
  void podsReachEachOther(RuntimeUnderTest node) {
    Pod server = node.runPod();
    serve(server, "tcp");
    var client = node.runPod().startWaiting();
    awaitWord(node, client, address(server));
  }

  @Test
  @Specification(
      document = "Kubernetes, pods",
      says = "containers of a pod reach each other on loopback, other pods do not")
  @Covers({"NamespaceOption.network"})
  void containersOfAPodReachEachOtherOnLoopback(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    serve(pod, "tcp");
    awaitWord(node, pod.startWaiting(), "127.0.0.1");
    assertEquals(
        "ECONNREFUSED",
        node.runPod().startWaiting().run("call", "127.0.0.1", "" + PORT).strip(),
        "a call to the loopback address of another pod");
  }

  private static void awaitWord(RuntimeUnderTest node, TestContainer client, String address) {
    node.await(
        "a call to %s:%d is answered with '%s'".formatted(address, PORT, WORD),
        () -> client.run("call", address, "" + PORT).equals(WORD));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PortMapping",
      says = "a port of the pod is reachable under a port of the node")
  @Covers({
    "PodSandboxConfig.port_mappings",
    "PortMapping.container_port",
    "PortMapping.host_port",
    "PortMapping.protocol"
  })
  void aPortOfThePodIsReachableOnTheNode(RuntimeUnderTest node) throws IOException {
    node.assumeRunsPrograms();
    int hostPort = NodePorts.free();
    Pod pod = runPod(node, mapping(Protocol.TCP, hostPort));
    serve(pod, "tcp");
    node.await(
        "port %d of the node answers with '%s'".formatted(hostPort, WORD),
        () -> NodePorts.askTcp("127.0.0.1", hostPort).equals(WORD));
    pod.stop();
    assertNotEquals(
        WORD, NodePorts.askTcp("127.0.0.1", hostPort), "what answers when the pod is stopped");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PortMapping",
      says = "protocol is that of the port; UDP is one")
  @Covers({"PortMapping.protocol"})
  void aUdpPortOfThePodIsReachableOnTheNode(RuntimeUnderTest node) throws IOException {
    node.assumeRunsPrograms();
    int hostPort = NodePorts.free();
    serve(runPod(node, mapping(Protocol.UDP, hostPort)), "udp");
    node.await(
        "UDP port %d of the node answers with '%s'".formatted(hostPort, WORD),
        () -> NodePorts.askUdp(hostPort).equals(WORD));
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PortMapping",
      says = "host_ip is the only address of the node under which the port is reachable")
  @Covers({"PortMapping.host_ip"})
  void aPortMappedOnOneAddressIsNotReachableOnOthers(RuntimeUnderTest node) throws IOException {
    node.assumeRunsPrograms();
    String other = NodePorts.outerAddress();
    assumeFalse(other.isEmpty(), "the node has no address but that of loopback");
    int hostPort = NodePorts.free();
    serve(runPod(node, mapping(Protocol.TCP, hostPort).setHostIp("127.0.0.1")), "tcp");
    node.await(
        "port %d answers on 127.0.0.1 with '%s'".formatted(hostPort, WORD),
        () -> NodePorts.askTcp("127.0.0.1", hostPort).equals(WORD));
    assertNotEquals(WORD, NodePorts.askTcp(other, hostPort), "what answers at " + other);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PortMapping",
      says = "without host_port the port is the pod's alone")
  @Covers({"PortMapping.container_port", "PortMapping.host_port"})
  void aPortWithoutOneOnTheNodeIsThePodsAlone(RuntimeUnderTest node) {
    Pod pod = runPod(node, mapping(Protocol.TCP, 0));
    serve(pod, "tcp");
    awaitWord(node, node.runPod().startWaiting(), address(pod));
  }

  @Test
  @Specification(
      document = "CRI api.proto, rpc UpdateRuntimeConfig",
      says = "pod_cidr is the range of pod addresses on this node; the network goes on")
  @Covers({
    "RuntimeConfig.network_config",
    "NetworkConfig.pod_cidr",
    "UpdateRuntimeConfigRequest.runtime_config"
  })
  void podsGetAddressesAfterTheRangeOfTheNodeWasTold(RuntimeUnderTest node) {
    String first = address(node.runPod());
    String range = first.substring(0, first.lastIndexOf('.')) + ".0/24";
    node.runtime()
        .updateRuntimeConfig(
            UpdateRuntimeConfigRequest.newBuilder()
                .setRuntimeConfig(
                    RuntimeConfig.newBuilder()
                        .setNetworkConfig(NetworkConfig.newBuilder().setPodCidr(range)))
                .build());
    assertEquals(
        first.substring(0, first.lastIndexOf('.')),
        address(node.runPod()).replaceFirst("\\.[0-9]+$", ""),
        "the address of a pod begins as before, when the range told was " + range);
  }

  private static String address(Pod pod) {
    String ip = pod.status().getNetwork().getIp();
    assumeTrue(ip.indexOf(':') < 0, "pods have no IPv4 address but " + ip);
    assertFalse(ip.isEmpty(), "ip of the pod is empty");
    return ip;
  }

  private static Pod runPod(RuntimeUnderTest node, PortMapping.Builder mapping) {
    return node.runPod(node.podConfig().addPortMappings(mapping).build());
  }

  private static PortMapping.Builder mapping(Protocol protocol, int hostPort) {
    return PortMapping.newBuilder()
        .setProtocol(protocol)
        .setContainerPort(PORT)
        .setHostPort(hostPort);
  }

  private static void serve(Pod pod, String protocol) {
    pod.create("server", "answer", protocol, "" + PORT, WORD).start();
  }
}
