package io.keelson.volumes;

import io.keelson.linux.FileTrees;
import io.keelson.linux.LinuxException;
import io.keelson.linux.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Publishes {@link EmptyDir} volumes; the directory is everybody's (0777), as Kubernetes has it.
 */
public final class EmptyDirPlugin implements VolumePlugin<EmptyDir> {
  private final Mounts mounts;

  /**
   * Creates the plugin.
   *
   * @param mounts used for the medium memory only
   */
  public EmptyDirPlugin(Mounts mounts) {
    this.mounts = mounts;
  }

  @Override
  public String kind() {
    return "empty-dir";
  }

  @Override
  public Class<EmptyDir> sourceType() {
    return EmptyDir.class;
  }

  @Override
  public HostPathPublication publish(EmptyDir source, Path directory, VolumeOwnership ownership) {
    boolean fresh = !Files.exists(directory);
    try {
      Files.createDirectories(directory);
      if (source.medium() == EmptyDir.Medium.MEMORY && !mounts.isMountPoint(directory)) {
        mounts.tmpfs(directory, source.sizeLimitBytes());
        fresh = true;
      }
      if (fresh) {
        OptionalLong group = ownership.group();
        if (group.isPresent()) {
          Files.setAttribute(directory, "unix:gid", (int) group.getAsLong());
        }
        // Files made inside belong to the group of the directory when its set-group-id bit is set.
        Files.setAttribute(directory, "unix:mode", group.isPresent() ? 02777 : 0777);
      }
      return new HostPathPublication(directory, false);
    } catch (IOException | LinuxException e) {
      if (fresh) {
        discard(directory, e);
      }
      throw new VolumeException(
          "make the emptyDir %s: %s".formatted(directory, Failures.reason(e)), e);
    }
  }

  private void discard(Path directory, Exception failure) {
    try {
      unpublish(directory);
    } catch (VolumeException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void unpublish(Path directory) {
    try {
      if (mounts.isMountPoint(directory)) {
        mounts.unmount(directory);
      }
      FileTrees.delete(directory);
    } catch (IOException | LinuxException e) {
      throw new VolumeException(
          "remove the emptyDir %s: %s".formatted(directory, Failures.reason(e)), e);
    }
  }
}
