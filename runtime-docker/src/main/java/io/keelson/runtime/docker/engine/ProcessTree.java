package io.keelson.runtime.docker.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A process of this host with its descendants and everyone of its session, as {@code /proc} shows
 * them. The session finds those whose parent is gone already.
 */
record ProcessTree(long root) {
  private static final int ROUNDS = 10;

  private record Entry(long pid, long parent, long session) {}

  static ProcessTree of(long root) {
    return new ProcessTree(root);
  }

  /** Sends SIGKILL to every member, again while members that were just being born turn up. */
  void kill() {
    Set<Long> members = new HashSet<>(Set.of(root));
    for (int round = 0; round < ROUNDS; round++) {
      boolean grown = addDescendants(members);
      boolean killed = false;
      for (long pid : members) {
        killed |= ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false);
      }
      if (!grown && !killed) {
        return;
      }
    }
  }

  private boolean addDescendants(Set<Long> members) {
    List<Entry> all = processes();
    boolean grown = false;
    boolean again = true;
    while (again) {
      again = false;
      for (Entry entry : all) {
        if ((members.contains(entry.parent()) || entry.session() == root)
            && members.add(entry.pid())) {
          again = true;
          grown = true;
        }
      }
    }
    return grown;
  }

  private static List<Entry> processes() {
    List<Entry> found = new ArrayList<>();
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(Path.of("/proc"), "[1-9]*")) {
      for (Path folder : folders) {
        entry(folder).ifPresent(found::add);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list /proc", e);
    }
    return found;
  }

  private static Optional<Entry> entry(Path folder) {
    String stat;
    try {
      stat = Files.readString(folder.resolve("stat"));
    } catch (IOException gone) {
      return Optional.empty();
    }
    // The name in parentheses may hold anything, blanks and parentheses too.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 5);
    return Optional.of(
        new Entry(
            Long.parseLong(folder.getFileName().toString()),
            Long.parseLong(fields[1]),
            Long.parseLong(fields[3])));
  }
}
