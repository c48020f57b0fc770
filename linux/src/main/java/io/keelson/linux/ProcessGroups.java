package io.keelson.linux;

/** Signals to whole process groups, which the JDK cannot send. Thread-safe. */
public interface ProcessGroups {

  /**
   * Kills every process of a group with {@code SIGKILL}, those whose parent is gone included.
   *
   * @param leader the group's id: the process id of the program that became its leader
   * @return false when there is no such group (any more)
   * @throws LinuxException {@code EPERM} when none of its processes may be signalled
   */
  boolean kill(long leader);
}
