package io.keelson.cni;

/**
 * How a plugin's program ended by itself.
 *
 * @param exitStatus zero for success; 128 and a signal's number when a signal ended it
 * @param output what it wrote to its standard output, complete
 * @param errors the end of what it wrote to its standard error
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared: a copy would cost for nothing
public record PluginOutcome(int exitStatus, byte[] output, String errors) {}
