package io.keelson.runtime.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A file that at most one holder in all processes of a machine has at a time. The kernel takes it
 * from a holder that dies; one that lets go removes the file. Thread-safe.
 */
public final class LockFile implements AutoCloseable {
  private final Path path;
  private final FileChannel file;

  private LockFile(Path path, FileChannel file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Takes the lock without waiting.
   *
   * @param path in a folder that exists; the file is made when it is not there
   * @return empty when somebody else has it
   * @throws IOException when the file cannot be made, written or locked
   */
  public static Optional<LockFile> tryTake(Path path) throws IOException {
    while (true) {
      FileChannel file =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean taken = false;
      try {
        if (tryLock(file) == null) {
          return Optional.empty();
        }
        if (isStillAt(path, file)) {
          taken = true;
          return Optional.of(new LockFile(path, file));
        }
      } finally {
        if (!taken) {
          file.close();
        }
      }
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /**
   * Between opening and locking, the last holder may have removed the file and a next one may have
   * made another of that name; the lock on the old one is then worth nothing.
   */
  private static boolean isStillAt(Path path, FileChannel file) throws IOException {
    String mark = UUID.randomUUID().toString();
    file.truncate(0);
    file.write(ByteBuffer.wrap(mark.getBytes(StandardCharsets.US_ASCII)), 0);
    try {
      return Files.readString(path, StandardCharsets.US_ASCII).equals(mark);
    } catch (NoSuchFileException e) {
      return false;
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
