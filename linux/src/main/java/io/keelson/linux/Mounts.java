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
