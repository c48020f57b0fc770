package io.keelson.volumes;

import java.util.OptionalLong;

/**
 * Whom a volume's files should belong to.
 *
 * @param group the group that may write, as {@code fsGroup} of a pod has it; empty leaves them to
 *     the user this process runs as
 */
public record VolumeOwnership(OptionalLong group) {
  /** Leaves the files to the user this process runs as. */
  public static final VolumeOwnership UNCHANGED = new VolumeOwnership(OptionalLong.empty());

  /** The files belong to a group. */
  public static VolumeOwnership ofGroup(long group) {
    return new VolumeOwnership(OptionalLong.of(group));
  }
}
