package io.keelson.cli.up;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Removal of folders. */
final class Folders {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  private Folders() {}

  /**
   * Deletes a folder with all in it, links not followed; succeeds when it is gone.
   *
   * @throws IOException also when something is mounted at or below it, before anything is deleted:
   *     what is behind a mount may be somebody else's
   */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<String> mounted = mountsIn(folder.toRealPath());
    if (!mounted.isEmpty()) {
      throw new IOException(
          "something is still mounted at %s; unmount it and delete %s"
              .formatted(String.join(", ", mounted), folder));
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException failure)
              throws IOException {
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
        });
  }

  /** Mount points, of which only such as have no blank in the folder's own part are recognised. */
  private static List<String> mountsIn(Path folder) throws IOException {
    try (Stream<String> lines = Files.lines(MOUNTS)) {
      return lines
          .map(line -> line.split(" ", 6)[4])
          .filter(point -> point.equals(folder.toString()) || point.startsWith(folder + "/"))
          .toList();
    }
  }

  /** Deletes a folder if it is there and nothing is in it. */
  static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's things are in it.
      return;
    }
  }
}
