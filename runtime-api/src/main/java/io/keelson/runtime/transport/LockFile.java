package io.keelson.runtime.transport;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that at most one holder in all processes of a machine has at a time. The kernel takes it
 * from a holder that dies; one that lets go removes the file. Thread-safe.
 *
 * <p>Within one process a path should be tried by one holder only: another attempt is refused, but
 * the kernel, which knows processes and not holders, then opens the lock to other processes.
 */
public final class LockFile implements AutoCloseable {
  private final Path path;
  private final FileChannel file;

  private LockFile(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /** What tells a file from another one that has its name later. */
  private record Identity(@Nullable Object key, FileTime created) {
    static Identity of(Path path) throws IOException {
      // Asks by name: opening and closing the file once more would give up the lock on it.
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return new Identity(attributes.fileKey(), attributes.creationTime());
    }
  }

  /**
   * Takes the lock without waiting.
   *
   * @param path in a folder that exists; the file is made when it is not there
   * @return empty when somebody else has it
   * @throws IOException when the file cannot be made or locked
   */
  public static Optional<LockFile> tryTake(Path path) throws IOException {
    while (true) {
      FileChannel file = null;
      boolean taken = false;
      try {
        create(path);
        Identity before = Identity.of(path);
        file = FileChannel.open(path, StandardOpenOption.WRITE);
        if (tryLock(file) == null) {
          return Optional.empty();
        }
        if (Identity.of(path).equals(before)) {
          taken = true;
          return Optional.of(new LockFile(path, file));
        }
      } catch (NoSuchFileException e) {
        // Its last holder has removed it since; the lock on what has no name is worth nothing.
        requireFolder(path, e);
      } finally {
        if (file != null && !taken) {
          file.close();
        }
      }
    }
  }

  private static void create(Path path) throws IOException {
    try {
      Files.createFile(path);
    } catch (FileAlreadyExistsException e) {
      // Somebody's, or a dead holder's.
      return;
    }
  }

  private static void requireFolder(Path path, NoSuchFileException failure)
      throws NoSuchFileException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw failure;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /** Removes the file and lets go of it. Repeatable. */
  @Override
  public void close() throws IOException {
    try (file) {
      if (file.isOpen()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
