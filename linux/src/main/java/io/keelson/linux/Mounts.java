package io.keelson.linux;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Mounts in this process's mount namespace. Needs {@code CAP_SYS_ADMIN} for everything that changes
 * something. Thread-safe; calls do not wait for other processes.
 */
public interface Mounts {

  /**
   * Makes one file or directory visible at a second place, without the mounts below it ({@code
   * mount(2)} with {@code MS_BIND}).
   *
   * @param source an existing file or directory
   * @param target an existing object of the same kind
   * @throws LinuxException when the kernel refuses
   */
  void bind(Path source, Path target);

  /**
   * Mounts an empty filesystem that lives in memory, without set-user-id programs and device files
   * ({@code tmpfs(5)} with {@code MS_NOSUID} and {@code MS_NODEV}).
   *
   * @param target an existing directory
   * @param sizeBytes the most it may hold; 0 leaves it to the kernel, which takes half of memory
   * @throws LinuxException when the kernel refuses
   */
  void tmpfs(Path target, long sizeBytes);

  /**
   * Makes a file or a directory visible at a second place with all mounts below it, as they are
   * now. Mounting and unmounting below the copy never reaches the source. Needs Linux 5.12.
   *
   * @param source an existing file or directory
   * @param target an existing object of the same kind
   * @param flags the copy's, besides the source's own
   * @param flagsBelow whether the mounts below get the flags too
   * @param followsSource whether what is later mounted and unmounted below the source is so below
   *     the copy; only where the source is a shared mount
   * @throws LinuxException when the kernel refuses
   */
  void copyTree(
      Path source, Path target, Set<MountFlag> flags, boolean flagsBelow, boolean followsSource);

  /** Whether this kernel has what {@link #copyTree} needs. */
  boolean canCopyTrees();

  /**
   * Lays directories over each other, to be read only, without set-user-id programs and device
   * files ({@code overlay} in the kernel's documentation of filesystems).
   *
   * @param layers the uppermost first, at least two; all paths together may have 4,000 bytes
   * @param target an existing directory
   * @throws LinuxException when the kernel refuses
   */
  void layers(List<Path> layers, Path target);

  /**
   * Removes the topmost mount at a path.
   *
   * @throws LinuxException {@code EINVAL} when nothing is mounted there, {@code EBUSY} when it is
   *     in use
   */
  void unmount(Path target);

  /**
   * Removes the topmost mount at a path from the tree at once, and for good when its last user has
   * let go of it ({@code MNT_DETACH}).
   *
   * @throws LinuxException {@code EINVAL} when nothing is mounted there
   */
  void detach(Path target);

  /**
   * Whether something is mounted exactly at this path, bind mounts of files included. False for a
   * path that does not exist.
   */
  boolean isMountPoint(Path path);
}
