package io.keelson.cli.up;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What {@code keelson up} is asked to do.
 *
 * @param manifests files of pods; at least one
 * @param handler {@code docker} or {@code fake}
 * @param once whether to end as soon as every pod is up
 * @param limit how long that may take
 */
public record UpSettings(List<Path> manifests, String handler, boolean once, Duration limit) {
  /** Keeps an unchangeable copy of the files. */
  public UpSettings {
    manifests = List.copyOf(manifests);
  }
}
