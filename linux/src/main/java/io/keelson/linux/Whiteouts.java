package io.keelson.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The marks in the upper layer of an overlay that hide files of the lower ones. */
public final class Whiteouts {
  private static final boolean X86 = System.getProperty("os.arch", "").equals("amd64");
  private static final long MKNODAT = X86 ? 259 : 33;
  private static final long AT_FDCWD = -100;
  private static final long CHARACTER_DEVICE = 0020000;

  private Whiteouts() {}

  /**
   * Makes a whiteout. Needs {@code CAP_MKNOD}.
   *
   * @param path where the hidden file would be, in a layer that is not mounted
   * @throws LinuxException {@code EEXIST} when something is there, {@code ENOENT} without its
   *     folder
   */
  public static void make(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      // Its device number, 0:0, is what makes it one.
      int _ =
          Libc.syscall(
              "mknodat",
              path.toString(),
              MKNODAT,
              AT_FDCWD,
              arena.allocateFrom(path.toString()),
              CHARACTER_DEVICE,
              MemorySegment.NULL,
              0);
    }
  }
}
