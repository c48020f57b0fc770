package io.keelson.volumes;

import java.nio.file.Path;

/**
 * Where a volume appears on the host.
 *
 * @param path an existing file or directory
 * @param readOnly whether containers may only read it, whatever they ask for
 */
public record HostPathPublication(Path path, boolean readOnly) {}
