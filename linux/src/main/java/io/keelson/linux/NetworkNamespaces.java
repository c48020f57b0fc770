package io.keelson.linux;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Network namespaces that outlive the process in them, because they are pinned: bind-mounted onto a
 * file, as {@code ip netns} does. Needs {@code CAP_SYS_ADMIN}. Thread-safe.
 *
 * <p>A pin is a mount, so it belongs to a mount namespace and is gone after a boot. Pins belong in
 * a directory of {@code /run} that the daemon sees in the host's mount namespace; a daemon in a
 * mount namespace of its own loses its pins when it ends, which {@link #isPinned} tells and {@link
 * #pin} repairs. Another mount namespace, such as that of a restarted engine or of a container with
 * the directory mounted into it, may hold copies of a pin: {@link #remove} unlinks the file, and
 * the kernel then drops every copy with it, so no copy keeps a namespace alive.
 */
public interface NetworkNamespaces {

  /**
   * Pins the network namespace a process is in. Repeatable: a file that already holds that very
   * namespace is left alone, an empty one that is no mount is used.
   *
   * @param pid a process, as this process's PID namespace numbers it
   * @param file where to pin it; made, with missing parent directories, when it is not there
   * @throws LinuxException {@code ENOENT} when there is no such process, {@code EEXIST} when the
   *     file holds another namespace or anything else is mounted on it
   */
  void pin(long pid, Path file);

  /**
   * Makes a new network namespace, its loopback interface down, and pins it.
   *
   * @param file as in {@link #pin}
   * @throws LinuxException {@code EEXIST} when something is mounted on the file already
   */
  void create(Path file);

  /** Whether a namespace is pinned to this file now. False when the file is not there. */
  boolean isPinned(Path file);

  /**
   * Takes the pin away and deletes the file; the namespace goes with its last process. Succeeds
   * when there is nothing to remove.
   */
  void remove(Path file);

  /**
   * Runs something inside a namespace, on a platform thread made for it that ends afterwards.
   *
   * <p>Whatever that thread starts would inherit the namespace: the work must not start a process,
   * a thread or a virtual thread, or call what may. Blocking socket calls are fine.
   *
   * @param file a pinned namespace or a file below {@code /proc}
   * @param work is interrupted when the caller is; the caller waits for its end in any case
   * @return what the work returned
   * @throws LinuxException when the namespace cannot be entered
   * @throws Exception what the work threw
   */
  <T> T call(Path file, Callable<T> work) throws Exception;
}
