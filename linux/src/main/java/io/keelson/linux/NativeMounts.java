package io.keelson.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@link Mounts} by {@code mount(2)}, {@code umount2(2)} and {@code /proc/self/mountinfo}. */
public final class NativeMounts implements Mounts {
  private static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");

  @Override
  public void bind(Path source, Path target) {
    Libc.bindMount(source.toString(), target);
  }

  @Override
  public void tmpfs(Path target, long sizeBytes) {
    if (sizeBytes < 0) {
      throw new IllegalArgumentException("negative size of a tmpfs: " + sizeBytes);
    }
    Libc.mountNew("tmpfs", target, Libc.MS_NOSUID_NODEV, sizeBytes == 0 ? "" : "size=" + sizeBytes);
  }

  @Override
  public void copyTree(
      Path source, Path target, Set<MountFlag> flags, boolean flagsBelow, boolean followsSource) {
    MountTrees.copy(source, target, flags, flagsBelow, followsSource);
  }

  @Override
  public boolean canCopyTrees() {
    return MountTrees.areKnownTo(System.getProperty("os.version", ""));
  }

  @Override
  public void layers(List<Path> layers, Path target) {
    // A colon separates layers, and a backslash takes that meaning from it.
    String lower =
        layers.stream()
            .map(layer -> layer.toString().replace("\\", "\\\\").replace(":", "\\:"))
            .collect(Collectors.joining(":"));
    Libc.mountNew("overlay", target, Libc.MS_RDONLY | Libc.MS_NOSUID_NODEV, "lowerdir=" + lower);
  }

  @Override
  public void unmount(Path target) {
    Libc.umount2(target, 0);
  }

  @Override
  public void detach(Path target) {
    Libc.umount2(target, Libc.MNT_DETACH);
  }

  @Override
  public boolean isMountPoint(Path path) {
    String wanted;
    try {
      wanted = path.toRealPath().toString();
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException("resolve " + path, e);
    }
    try (Stream<String> lines = Files.lines(MOUNT_TABLE)) {
      return lines.anyMatch(line -> mountPointOf(line).equals(wanted));
    } catch (IOException e) {
      throw new UncheckedIOException("read " + MOUNT_TABLE, e);
    }
  }

  /** The mount point in a line of {@code proc_pid_mountinfo(5)}: the fifth field, unescaped. */
  static String mountPointOf(String line) {
    String[] fields = line.split(" ", 6);
    return fields.length < 6 ? "" : unescape(fields[4]);
  }

  /** The kernel writes space, tab, newline and backslash as three octal digits. */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    StringBuilder plain = new StringBuilder(field.length());
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        plain.append((char) Integer.parseInt(field, i + 1, i + 4, 8));
        i += 3;
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
