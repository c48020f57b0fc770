package io.keelson.volumes;

import java.nio.file.Path;

/**
 * Publishes volumes of one kind. Thread-safe; calls for one directory never overlap.
 *
 * <p>Both calls are repeatable: a node agent publishes again after its own restart and when the
 * content of a volume may have changed, and unpublishes what it finds after a crash.
 *
 * @param <S> the volume sources it takes
 */
public interface VolumePlugin<S extends VolumeSource> {

  /** The kind's name in paths and messages, such as {@code empty-dir}; lower case, constant. */
  String kind();

  /** The type of the sources it takes. */
  Class<S> sourceType();

  /**
   * Makes the volume appear on the host.
   *
   * @param source what is asked for
   * @param directory the volume's own directory, for the plugin to make or not; it tells one volume
   *     of one pod from all others, and is the same after a restart
   * @param ownership whom the files should belong to
   * @return where it appears
   * @throws VolumeException when it cannot; nothing is left behind then
   */
  HostPathPublication publish(S source, Path directory, VolumeOwnership ownership);

  /**
   * Takes away what {@link #publish} made, the data of volumes that end with their pod included.
   * Succeeds where nothing is.
   *
   * @throws VolumeException when something remains; the same call may succeed later
   */
  void unpublish(Path directory);
}
