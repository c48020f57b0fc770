package io.keelson.runtime.docker.checkpoint;

import com.github.dockerjava.api.model.ChangeLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a container has changed in the files of its image.
 *
 * @param present paths below the root that are new or other than the image's, parents first
 * @param deleted paths below the root that the image has and the container has not
 */
record LayerChanges(List<String> present, List<String> deleted) {
  private static final int DELETED = 2;

  /** Takes them from the engine's list. */
  static LayerChanges of(List<ChangeLog> changes) {
    List<String> present = new ArrayList<>();
    List<String> deleted = new ArrayList<>();
    changes.stream()
        .sorted(Comparator.comparing(ChangeLog::getPath))
        .forEach(change -> {
          String path = change.getPath().substring(1);
          (change.getKind() == DELETED ? deleted : present).add(path);
        });
    return new LayerChanges(present, deleted);
  }

  /**
   * Writes what is present to an archive.
   *
   * @param layer the folder of the container's changes
   */
  void write(Path layer, CheckpointArchive archive) throws IOException {
    for (String path : present) {
      archive.addAsIs(path, layer.resolve(path));
    }
  }
}
