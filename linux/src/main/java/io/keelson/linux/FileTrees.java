package io.keelson.linux;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Directories with all that is in them. */
public final class FileTrees {
  private static final Path MOUNT_TABLE = Path.of("/proc/self/mountinfo");

  private FileTrees() {}

  /**
   * Deletes a file or directory with its content: links themselves and not what they point to.
   * Succeeds when nothing is there, or when somebody else deletes it meanwhile.
   *
   * @throws IOException also when something is mounted at or below it, before anything is deleted:
   *     what is behind a mount may be somebody else's
   */
  public static void delete(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<String> mounted = mountsIn(root.toRealPath(LinkOption.NOFOLLOW_LINKS));
    if (!mounted.isEmpty()) {
      throw new IOException(
          "something is still mounted at %s; unmount it and delete %s"
              .formatted(String.join(", ", mounted), root));
    }
    Files.walkFileTree(root, new Deletion());
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
      if (failure instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE;
      }
      throw failure;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }

  private static List<String> mountsIn(Path root) throws IOException {
    try (Stream<String> lines = Files.lines(MOUNT_TABLE)) {
      return lines
          .map(NativeMounts::mountPointOf)
          .filter(point -> !point.isEmpty() && Path.of(point).startsWith(root))
          .toList();
    }
  }
}
