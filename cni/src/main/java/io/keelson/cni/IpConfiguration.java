package io.keelson.cni;

import java.net.InetAddress;
import java.util.OptionalInt;

/**
 * An address of a result.
 *
 * @param address the address
 * @param prefixLength how many of its bits are the network's
 * @param interfaceIndex which of the result's interfaces has it; empty when the plugin did not say
 */
public record IpConfiguration(InetAddress address, int prefixLength, OptionalInt interfaceIndex) {}
