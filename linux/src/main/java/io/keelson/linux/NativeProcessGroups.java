package io.keelson.linux;

/** {@link ProcessGroups} by {@code kill(2)}. */
public final class NativeProcessGroups implements ProcessGroups {

  @Override
  public boolean kill(long leader) {
    // kill(-1) would mean every process of the machine, kill(0) our own group.
    if (leader <= 1 || leader > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("not the leader of a process group: " + leader);
    }
    try {
      Libc.kill(-(int) leader, Libc.SIGKILL);
      return true;
    } catch (LinuxException e) {
      if (e.is(Errno.ESRCH)) {
        return false;
      }
      throw e;
    }
  }
}
