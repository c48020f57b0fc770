package io.keelson.volumes;

/**
 * A directory that is empty when its pod starts and gone when it ends.
 *
 * @param medium where its files live
 * @param sizeLimitBytes the most it may hold, for {@link Medium#MEMORY} only; 0 sets no limit
 */
public record EmptyDir(Medium medium, long sizeLimitBytes) implements VolumeSource {
  /** Refuses a limit that nobody would enforce. */
  public EmptyDir {
    if (sizeLimitBytes < 0) {
      throw new IllegalArgumentException("negative size limit: " + sizeLimitBytes);
    }
    if (medium == Medium.DISK && sizeLimitBytes > 0) {
      throw new IllegalArgumentException("a size limit holds for the medium MEMORY only");
    }
  }

  /** Where the files of an {@link EmptyDir} live. */
  public enum Medium {
    /** On the filesystem of the agent's own directory. */
    DISK,
    /** In a tmpfs. */
    MEMORY
  }
}
