package io.keelson.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Copies of mount trees by {@code open_tree(2)}, {@code mount_setattr(2)} and {@code
 * move_mount(2)}. The copy gets its flags before anybody can see it, and is cut off from the
 * original first of all: taking away a copy that shares its events would take the original's mounts
 * with it.
 */
final class MountTrees {
  private static final Pattern RELEASE = Pattern.compile("^(\\d{1,4})\\.(\\d{1,4})");

  // The same on every architecture.
  private static final long OPEN_TREE = 428;
  private static final long MOVE_MOUNT = 429;
  private static final long MOUNT_SETATTR = 442;

  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int AT_RECURSIVE = 0x8000;
  private static final int OPEN_TREE_CLONE = 1;
  private static final int OPEN_TREE_CLOEXEC = 0x80000;
  private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
  private static final long ACCESS_TIME_BITS = 0x70;
  private static final int ATTRIBUTES_SIZE = 32;

  private MountTrees() {}

  /**
   * Whether a kernel has {@code mount_setattr}, the newest of them. Its release tells: to ask the
   * kernel takes a native call, and the first of those takes a tenth of a second.
   */
  static boolean areKnownTo(String release) {
    Matcher version = RELEASE.matcher(release);
    if (!version.find()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(version.group(2)) >= 12);
  }

  static void copy(
      Path source, Path target, Set<MountFlag> flags, boolean flagsBelow, boolean followsSource) {
    try (Arena arena = Arena.ofConfined()) {
      int tree =
          Libc.syscall(
              "open_tree",
              source.toString(),
              OPEN_TREE,
              AT_FDCWD,
              arena.allocateFrom(source.toString()),
              OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE,
              MemorySegment.NULL,
              0);
      try {
        long propagation = followsSource ? Libc.MS_SLAVE : Libc.MS_PRIVATE;
        setAttributes(arena, tree, source, Set.of(), propagation, true);
        if (!flags.isEmpty()) {
          setAttributes(arena, tree, source, flags, 0, flagsBelow);
        }
        Libc.syscall(
            "move_mount",
            source + " onto " + target,
            MOVE_MOUNT,
            tree,
            arena.allocateFrom(""),
            AT_FDCWD,
            arena.allocateFrom(target.toString()),
            MOVE_MOUNT_F_EMPTY_PATH);
      } finally {
        Libc.close(tree);
      }
    }
  }

  private static void setAttributes(
      Arena arena,
      int tree,
      Path source,
      Set<MountFlag> flags,
      long propagation,
      boolean recursive) {
    long set = flags.stream().mapToLong(MountFlag::attribute).reduce(0, (a, b) -> a | b);
    MemorySegment attributes = arena.allocate(ATTRIBUTES_SIZE, Long.BYTES);
    attributes.setAtIndex(JAVA_LONG, 0, set);
    // The three kinds of access time exclude each other, so one is set by clearing all.
    attributes.setAtIndex(JAVA_LONG, 1, (set & ACCESS_TIME_BITS) == 0 ? 0 : ACCESS_TIME_BITS);
    attributes.setAtIndex(JAVA_LONG, 2, propagation);
    Libc.syscall(
        "mount_setattr",
        source.toString(),
        MOUNT_SETATTR,
        tree,
        arena.allocateFrom(""),
        AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0),
        attributes,
        ATTRIBUTES_SIZE);
  }
}
