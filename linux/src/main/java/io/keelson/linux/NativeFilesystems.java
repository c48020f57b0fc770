package io.keelson.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** {@link Filesystems} by calls of the C library. */
public final class NativeFilesystems implements Filesystems {
  private static final int FILES_IN_STEP = 256;

  /** Further files with several names are counted once for each. */
  private static final int LINKED_LIMIT = 100_000;

  @Override
  public Usage usage(Path folder, Pace pace) throws InterruptedException {
    try (Arena arena = Arena.ofConfined();
        Count count = new Count(new DirectoryCalls(arena), pace)) {
      return count.run(folder);
    }
  }

  @Override
  public Capacity capacity(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      return new DirectoryCalls(arena).statvfs(path);
    }
  }

  /** One walk, holding the folders from the uppermost to the present one open. */
  private static final class Count implements AutoCloseable {
    private final DirectoryCalls calls;
    private final Pace pace;
    private final Deque<DirectoryCalls.Directory> open = new ArrayDeque<>();
    private final Set<Long> linked = new HashSet<>();
    private long device;
    private long bytes;
    private long inodes;

    Count(DirectoryCalls calls, Pace pace) {
      this.calls = calls;
      this.pace = pace;
    }

    Usage run(Path folder) throws InterruptedException {
      DirectoryCalls.Directory root = calls.open(folder);
      open.push(root);
      calls.statxOf(root);
      device = calls.device();
      add();
      while (!open.isEmpty()) {
        DirectoryCalls.Directory directory = open.peek();
        MemorySegment name = calls.next(directory);
        if (name.equals(MemorySegment.NULL)) {
          open.pop();
          calls.close(directory);
        } else {
          visit(directory, name);
        }
      }
      return new Usage(bytes, inodes);
    }

    private void visit(DirectoryCalls.Directory directory, MemorySegment name)
        throws InterruptedException {
      if (!calls.statx(directory, name) || calls.device() != device) {
        return;
      }
      boolean folder = calls.isDirectory();
      if (!folder && calls.links() > 1 && !firstSeen(calls.inode())) {
        return;
      }
      add();
      if (folder && open.size() < DEPTH_LIMIT) {
        DirectoryCalls.Directory below = calls.open(directory, name);
        if (below != null) {
          open.push(below);
        }
      }
      if (inodes % FILES_IN_STEP == 0) {
        pace.step();
      }
    }

    private boolean firstSeen(long inode) {
      return linked.size() >= LINKED_LIMIT ? !linked.contains(inode) : linked.add(inode);
    }

    private void add() {
      inodes++;
      bytes += calls.allocatedBytes();
    }

    @Override
    public void close() {
      open.forEach(calls::close);
    }
  }
}
