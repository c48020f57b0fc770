package io.keelson.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Down-calls that walk folders by file descriptors instead of paths, so that no link can lead
 * astray. One object serves one walk of one thread: what {@link #statx} finds stays in it until the
 * next call.
 */
final class DirectoryCalls {
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int O_CLOEXEC = 0x80000;

  /** These two have other values on other processors than x86. */
  private static final boolean X86 = System.getProperty("os.arch", "").equals("amd64");

  private static final int O_DIRECTORY = X86 ? 0x10000 : 0x4000;
  private static final int O_NOFOLLOW = X86 ? 0x20000 : 0x8000;

  private static final int S_IFMT = 0xf000;
  private static final int S_IFDIR = 0x4000;
  private static final int BLOCK = 512;

  /** {@code STATX_BASIC_STATS}, and where {@code struct statx} has what of it. */
  private static final int STATX_BASIC_STATS = 0x7ff;

  private static final int STATX_SIZE = 256;
  private static final int STATX_NLINK = 16;
  private static final int STATX_MODE = 28;
  private static final int STATX_INO = 32;
  private static final int STATX_BLOCKS = 48;
  private static final int STATX_DEVICE = 136;

  /** Where {@code struct dirent} has the name. */
  private static final int DIRENT_NAME = 19;

  private static final int DIRENT_SIZE = DIRENT_NAME + 256;
  private static final int STATVFS_SIZE = 112;

  private static final MethodHandle OPENAT =
      Libc.handle("openat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle FDOPENDIR =
      Libc.handle("fdopendir", FunctionDescriptor.of(ADDRESS, JAVA_INT));
  private static final MethodHandle READDIR =
      Libc.handle("readdir", FunctionDescriptor.of(ADDRESS, ADDRESS));
  private static final MethodHandle CLOSEDIR =
      Libc.handle("closedir", FunctionDescriptor.of(JAVA_INT, ADDRESS));
  private static final MethodHandle CLOSE =
      Libc.handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle STATX =
      Libc.handle(
          "statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle STATVFS =
      Libc.handle("statvfs", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

  private final Arena arena;
  private final MemorySegment state;
  private final MemorySegment stat;
  private final MemorySegment empty;

  /** An open folder. */
  record Directory(MemorySegment stream, int descriptor) {}

  DirectoryCalls(Arena arena) {
    this.arena = arena;
    this.state = arena.allocate(Libc.CALL_STATE);
    this.stat = arena.allocate(STATX_SIZE, Long.BYTES);
    this.empty = arena.allocateFrom("");
  }

  /** Opens a folder by its path, which may hold links. */
  Directory open(Path folder) {
    Directory opened =
        open(AT_FDCWD, arena.allocateFrom(folder.toString()), O_DIRECTORY | O_CLOEXEC);
    if (opened == null) {
      throw Libc.failure(state, "openat", folder.toString());
    }
    return opened;
  }

  /** Opens a folder in another; null when it is none, or gone. */
  @Nullable Directory open(Directory parent, MemorySegment name) {
    return open(parent.descriptor(), name, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  }

  private @Nullable Directory open(int parent, MemorySegment name, int flags) {
    try {
      int descriptor = (int) OPENAT.invokeExact(state, parent, name, flags);
      if (descriptor < 0) {
        return null;
      }
      MemorySegment stream = (MemorySegment) FDOPENDIR.invokeExact(state, descriptor);
      if (stream.equals(MemorySegment.NULL)) {
        int ignored = (int) CLOSE.invokeExact(state, descriptor);
        return null;
      }
      return new Directory(stream, descriptor);
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  /** The name of the next file in a folder, valid until the next call; {@code NULL} at the end. */
  MemorySegment next(Directory directory) {
    try {
      while (true) {
        MemorySegment entry = (MemorySegment) READDIR.invokeExact(state, directory.stream());
        if (entry.equals(MemorySegment.NULL)) {
          return entry;
        }
        MemorySegment name = entry.reinterpret(DIRENT_SIZE).asSlice(DIRENT_NAME);
        if (!isSelfOrParent(name)) {
          return name;
        }
      }
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  private static boolean isSelfOrParent(MemorySegment name) {
    return name.get(JAVA_BYTE, 0) == '.'
        && (name.get(JAVA_BYTE, 1) == 0
            || (name.get(JAVA_BYTE, 1) == '.' && name.get(JAVA_BYTE, 2) == 0));
  }

  void close(Directory directory) {
    try {
      int ignored = (int) CLOSEDIR.invokeExact(state, directory.stream());
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  /** Looks at a file in a folder; false when it is gone. */
  boolean statx(Directory directory, MemorySegment name) {
    return statx(directory.descriptor(), name, AT_SYMLINK_NOFOLLOW);
  }

  /** Looks at a folder itself. */
  void statxOf(Directory directory) {
    if (!statx(directory.descriptor(), empty, AT_EMPTY_PATH)) {
      throw Libc.failure(state, "statx", "open folder");
    }
  }

  private boolean statx(int directory, MemorySegment name, int flags) {
    try {
      return (int) STATX.invokeExact(state, directory, name, flags, STATX_BASIC_STATS, stat) == 0;
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
  }

  boolean isDirectory() {
    return (stat.get(JAVA_SHORT, STATX_MODE) & S_IFMT) == S_IFDIR;
  }

  int links() {
    return stat.get(JAVA_INT, STATX_NLINK);
  }

  long inode() {
    return stat.get(JAVA_LONG, STATX_INO);
  }

  long allocatedBytes() {
    return stat.get(JAVA_LONG, STATX_BLOCKS) * BLOCK;
  }

  /** The device number of the file's filesystem, in no particular form. */
  long device() {
    return stat.get(JAVA_LONG, STATX_DEVICE);
  }

  Filesystems.Capacity statvfs(Path path) {
    MemorySegment result = arena.allocate(STATVFS_SIZE, Long.BYTES);
    try {
      if ((int) STATVFS.invokeExact(state, arena.allocateFrom(path.toString()), result) != 0) {
        throw Libc.failure(state, "statvfs", path.toString());
      }
    } catch (Throwable e) {
      throw Libc.rethrown(e);
    }
    // struct statvfs: bsize, frsize, blocks, bfree, bavail, files, ffree, ... each a long.
    long unit = result.getAtIndex(JAVA_LONG, 1);
    return new Filesystems.Capacity(
        unit * result.getAtIndex(JAVA_LONG, 2),
        unit * result.getAtIndex(JAVA_LONG, 4),
        result.getAtIndex(JAVA_LONG, 5),
        result.getAtIndex(JAVA_LONG, 6));
  }
}
