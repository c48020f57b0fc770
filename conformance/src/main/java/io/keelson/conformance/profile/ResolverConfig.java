package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.NamespaceMode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where programs of a pod look up names. */
@ExtendWith(GivesRuntime.class)
public final class ResolverConfig {
  private static final String FILE = "/etc/resolv.conf";

  /** Called by JUnit. */
  ResolverConfig() {}

  @Test
  @Specification(
      document = "CRI api.proto, message DNSConfig",
      says = "servers, searches and options are what the pod's resolv.conf says, and nothing else")
  @Covers({
    "PodSandboxConfig.dns_config",
    "DNSConfig.servers",
    "DNSConfig.searches",
    "DNSConfig.options"
  })
  void theResolverIsConfiguredAsGiven(RuntimeUnderTest node) {
    var dns =
        DNSConfig.newBuilder()
            .addServers("10.96.0.10")
            .addServers("10.96.0.11")
            .addSearches("ns.svc.cluster.local")
            .addSearches("cluster.local")
            .addOptions("ndots:5")
            .addOptions("timeout:3");
    List<String> lines =
        node.runPod(node.podConfig().setDnsConfig(dns).build())
            .startWaiting()
            .read(FILE)
            .lines()
            .toList();
    assertEquals(
        List.of(
            "nameserver 10.96.0.10",
            "nameserver 10.96.0.11",
            "options ndots:5 timeout:3",
            "search ns.svc.cluster.local cluster.local"),
        lines.stream().sorted().toList(),
        "the lines of " + FILE + ", in alphabetical order");
    assertTrue(
        lines.indexOf("nameserver 10.96.0.10") < lines.indexOf("nameserver 10.96.0.11"),
        "name servers are in the order given: " + lines);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message DNSConfig",
      says = "the resolver of a pod on the node's network is configured as given too")
  @Covers({"PodSandboxConfig.dns_config", "DNSConfig.servers"})
  void theResolverIsConfiguredAlsoOnTheNetworkOfTheNode(RuntimeUnderTest node) {
    var config =
        node.podConfig()
            .clearHostname()
            .setDnsConfig(DNSConfig.newBuilder().addServers("10.96.0.10"));
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);
    var container =
        node.runPod(config.build())
            .startWaiting(
                security -> security.getNamespaceOptionsBuilder().setNetwork(NamespaceMode.NODE));
    assertEquals("nameserver 10.96.0.10\n", container.read(FILE), FILE);
  }

  @Test
  @Specification(
      document = "CRI api.proto, message PodSandboxConfig",
      says = "without dns_config the resolver is that of the node")
  @Covers({"PodSandboxConfig.dns_config"})
  void withoutConfigTheResolverIsThatOfTheNode(RuntimeUnderTest node) {
    var config = node.podConfig().clearHostname();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE);
    var onNode =
        node.runPod(config.build())
            .startWaiting(
                security -> security.getNamespaceOptionsBuilder().setNetwork(NamespaceMode.NODE));
    assertEquals(
        onNode.read(FILE),
        node.runPod().startWaiting().read(FILE),
        FILE + " of a pod, as of one on the node's network");
  }
}
