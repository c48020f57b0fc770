package io.keelson.cli.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.keelson.cli.doctor.CommandRun;
import io.keelson.cli.doctor.Programs;
import io.keelson.linux.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pod network for a machine that has none: the bridge {@code keelson0} with a free range of
 * private addresses and host ports, from the reference CNI plugins. The configuration lies in a
 * folder of our own, so that nobody else's pods join it.
 */
final class PodBridge {
  static final String BRIDGE = "keelson0";

  private static final Path ROUTES = Path.of("/proc/net/route");
  private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");
  private static final String BROUGHT_PORT_CHAINS = "brought-port-chains";
  private static final List<String> PORT_CHAINS =
      List.of("CNI-HOSTPORT-DNAT", "CNI-HOSTPORT-SETMARK", "CNI-HOSTPORT-MASQ");

  private final Path directory;

  /**
   * Creates the description; changes nothing.
   *
   * @param directory keeps configuration and leases until {@link #remove}
   */
  PodBridge(Path directory) {
    this.directory = directory;
  }

  /** The folder with the network's configuration. */
  Path confDirectory() {
    return directory.resolve("net.d");
  }

  /** The folder for what is attached. */
  Path cacheDirectory() {
    return directory.resolve("cache");
  }

  /**
   * Writes the configuration, unless it is there: pods of an earlier run may be using it. The
   * plugins make the bridge itself with the first pod.
   *
   * @return the addresses of the pods, such as {@code 10.89.0.0/24}
   */
  String configure() throws IOException, InterruptedException {
    Path file = confDirectory().resolve("10-keelson.conflist");
    Path subnetFile = directory.resolve("subnet");
    if (Files.exists(file) && Files.exists(subnetFile)) {
      return Files.readString(subnetFile);
    }
    String subnet = Subnets.free(Files.readAllLines(ROUTES));
    Files.createDirectories(confDirectory());
    Files.copy(FORWARDING, directory.resolve("ip_forward"), StandardCopyOption.REPLACE_EXISTING);
    Files.writeString(subnetFile, subnet);
    if (!portChainsExist()) {
      Files.writeString(directory.resolve(BROUGHT_PORT_CHAINS), "");
    }
    Map<String, Object> bridge =
        Map.of(
            "type",
            "bridge",
            "bridge",
            BRIDGE,
            "isGateway",
            true,
            "ipMasq",
            true,
            "hairpinMode",
            true,
            "ipam",
            Map.of(
                "type",
                "host-local",
                "ranges",
                List.of(List.of(Map.of("subnet", subnet))),
                "routes",
                List.of(Map.of("dst", "0.0.0.0/0")),
                "dataDir",
                directory.resolve("leases").toString()));
    Map<String, Object> portMap =
        Map.of("type", "portmap", "capabilities", Map.of("portMappings", true));
    Files.writeString(
        file,
        new ObjectMapper()
            .writerWithDefaultPrettyPrinter()
            .writeValueAsString(
                Map.of(
                    "cniVersion",
                    "1.0.0",
                    "name",
                    "keelson-up",
                    "plugins",
                    List.of(bridge, portMap))));
    return subnet;
  }

  /** Removes the bridge, the firewall chains the plugins leave behind, and the folder. */
  void remove() throws IOException, InterruptedException {
    removeBridge();
    if (Files.exists(directory.resolve(BROUGHT_PORT_CHAINS))) {
      removePortChains();
    }
    Path forwarding = directory.resolve("ip_forward");
    if (Files.exists(forwarding)
        && !Files.readString(forwarding).equals(Files.readString(FORWARDING))) {
      Files.writeString(FORWARDING, Files.readString(forwarding));
    }
    FileTrees.delete(directory);
  }

  private static void removeBridge() throws IOException, InterruptedException {
    if (!Files.exists(Path.of("/sys/class/net", BRIDGE))) {
      return;
    }
    Path ip =
        Programs.find("ip")
            .orElseThrow(() -> new IOException("the program ip is missing (package iproute2)"));
    CommandRun run = CommandRun.of(ip, "link", "delete", BRIDGE);
    if (!run.succeeded()) {
      throw new IOException("ip link delete %s: %s".formatted(BRIDGE, run.output()));
    }
  }

  /** Chains that are here before us are somebody else's to remove. */
  private static boolean portChainsExist() throws IOException, InterruptedException {
    Optional<Path> iptables = Programs.find("iptables");
    if (iptables.isEmpty()) {
      return false;
    }
    CommandRun listing = CommandRun.of(iptables.get(), "-w", "-t", "nat", "-S");
    return listing.output().lines().anyMatch(rule -> rule.startsWith("-N CNI-HOSTPORT-"));
  }

  /**
   * The portmap plugin keeps its three chains for the next pod. While another pod of this machine
   * has host ports they are in use and stay.
   */
  private static void removePortChains() throws IOException, InterruptedException {
    Optional<Path> iptables = Programs.find("iptables");
    if (iptables.isEmpty()) {
      return;
    }
    CommandRun listing = CommandRun.of(iptables.get(), "-w", "-t", "nat", "-S");
    if (!listing.succeeded()
        || listing.output().lines().anyMatch(rule -> rule.startsWith("-A CNI-HOSTPORT-DNAT "))) {
      return;
    }
    List<String> chains =
        PORT_CHAINS.stream()
            .filter(chain -> listing.output().lines().anyMatch(("-N " + chain)::equals))
            .toList();
    for (String rule : listing.output().lines().toList()) {
      if (rule.startsWith("-A ") && PORT_CHAINS.stream().anyMatch(c -> rule.endsWith("-j " + c))) {
        List<String> words = FirewallRules.words(rule);
        words.set(0, "-D");
        change(iptables.get(), words);
      }
    }
    for (String chain : chains) {
      change(iptables.get(), List.of("-F", chain));
    }
    for (String chain : chains) {
      change(iptables.get(), List.of("-X", chain));
    }
  }

  private static void change(Path iptables, List<String> words)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("-w", "-t", "nat"));
    arguments.addAll(words);
    CommandRun run = CommandRun.of(iptables, arguments.toArray(String[]::new));
    if (!run.succeeded()) {
      throw new IOException("iptables %s: %s".formatted(String.join(" ", arguments), run.output()));
    }
  }
}
