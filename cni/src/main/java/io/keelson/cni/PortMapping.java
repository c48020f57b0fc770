package io.keelson.cni;

import java.util.Locale;
import java.util.Set;

/**
 * A port of the host that leads to a port of the container.
 *
 * @param hostPort 1 to 65535
 * @param containerPort 1 to 65535
 * @param protocol {@code tcp}, {@code udp} or {@code sctp}
 * @param hostIp the host's address to listen on; empty for all
 */
public record PortMapping(int hostPort, int containerPort, String protocol, String hostIp) {
  private static final Set<String> PROTOCOLS = Set.of("tcp", "udp", "sctp");
  private static final int MAX_PORT = 65_535;

  /** Checks the numbers and the protocol, which may be given in any case. */
  public PortMapping {
    protocol = protocol.toLowerCase(Locale.ROOT);
    if (!PROTOCOLS.contains(protocol)) {
      throw new IllegalArgumentException(
          "port mapping: protocol '" + protocol + "' is not tcp, udp or sctp");
    }
    if (hostPort < 1 || hostPort > MAX_PORT || containerPort < 1 || containerPort > MAX_PORT) {
      throw new IllegalArgumentException(
          "port mapping " + hostPort + " to " + containerPort + ": ports are 1 to " + MAX_PORT);
    }
  }
}
