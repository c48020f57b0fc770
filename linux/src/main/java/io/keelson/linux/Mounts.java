package io.keelson.linux;

import java.nio.file.Path;

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
