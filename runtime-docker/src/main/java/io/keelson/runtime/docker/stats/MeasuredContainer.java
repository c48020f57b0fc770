package io.keelson.runtime.docker.stats;

import io.keelson.runtime.v1.ContainerAttributes;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A container as far as measuring it goes.
 *
 * @param attributes what it is called; its id is part of its cgroup's name
 * @param image the image it was asked to run
 * @param pid its first process, 0 when it does not run
 * @param startedAt nanoseconds since the Unix epoch, 0 when it never did
 * @param meter lives as long as the container
 * @param writableLayer the folder with its changes to the image, null when not known
 * @param layerMeter lives as long as the container
 */
public record MeasuredContainer(
    ContainerAttributes attributes,
    String image,
    long pid,
    long startedAt,
    UsageMeter meter,
    @Nullable Path writableLayer,
    LayerMeter layerMeter) {

  String id() {
    return attributes.getId();
  }
}
