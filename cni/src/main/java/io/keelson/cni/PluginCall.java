package io.keelson.cni;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * One run of a plugin's program.
 *
 * @param program the program's file
 * @param environment variables set over those of this process
 * @param input what it reads on its standard input; not to be changed
 * @param timeLimit how long it may run before it is killed
 */
@SuppressWarnings("ArrayRecordComponent") // carried, never compared: a copy would cost for nothing
public record PluginCall(
    Path program, Map<String, String> environment, byte[] input, Duration timeLimit) {}
