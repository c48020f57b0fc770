package io.keelson.cni;

/**
 * An interface a plugin made, in the container or on the host.
 *
 * @param name its name
 * @param mac its hardware address; empty when the plugin did not say
 * @param sandbox path of the network namespace it is in; empty for the host's
 */
public record ResultInterface(String name, String mac, String sandbox) {}
