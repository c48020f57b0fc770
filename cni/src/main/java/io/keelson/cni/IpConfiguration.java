package io.keelson.cni;

import java.util.OptionalInt;

/**
 * An address of a result.
 *
 * @param address the address without prefix length, as the plugin wrote it
 * @param prefixLength how many of its bits are the network's
 * @param interfaceIndex which of the result's interfaces has it; empty when the plugin did not say
 */
public record IpConfiguration(String address, int prefixLength, OptionalInt interfaceIndex) {}
