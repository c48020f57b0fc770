package io.keelson.cli.up;

import io.keelson.cli.config.DaemonConfiguration;
import java.nio.file.Path;

/**
 * Where the pods run, prepared for them.
 *
 * @param configuration of the daemon that serves them
 * @param agentDirectory the node agent's own folder
 * @param hasNetwork whether pods have addresses that can be called
 */
record Host(DaemonConfiguration configuration, Path agentDirectory, boolean hasNetwork) {}
