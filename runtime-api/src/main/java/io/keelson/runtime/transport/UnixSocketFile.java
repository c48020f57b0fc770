package io.keelson.runtime.transport;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The file of a listening unix socket. Claiming it takes a lock beside it, so that two daemons
 * never fight over one socket, and clears away what a killed daemon left behind. The lock's empty
 * file stays: were it removed, two daemons could hold locks on two files of that name. Thread-safe.
 */
public final class UnixSocketFile implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;
  private final FileLock lock;

  private UnixSocketFile(Path path, FileChannel lockFile, FileLock lock) {
    this.path = path;
    this.lockFile = lockFile;
    this.lock = lock;
  }

  /**
   * Makes the parent folder, takes the lock {@code <path>.lock} and removes a dead socket.
   *
   * @throws IOException when the path is taken, by a live server or by another kind of file
   */
  public static UnixSocketFile claim(Path path) throws IOException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    FileChannel lockFile =
        FileChannel.open(
            path.resolveSibling(path.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    try {
      FileLock lock = tryLock(lockFile);
      if (lock == null || answers(path)) {
        throw new IOException(
            "socket %s is in use by another process; stop that one or choose another path"
                .formatted(path));
      }
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        removeDead(path);
      }
      return new UnixSocketFile(path, lockFile, lock);
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static boolean answers(Path path) {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(path));
    } catch (IOException e) {
      return false;
    }
  }

  private static void removeDead(Path path) throws IOException {
    if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .isOther()) {
      throw new IOException(path + " exists and is not a socket; remove it or choose another path");
    }
    Files.delete(path);
  }

  /** Lets only owner and group call the bound socket. */
  public void restrict() throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
  }

  /** Removes the socket and gives up the lock. Repeatable. */
  @Override
  public void close() {
    try (lockFile) {
      if (lock.isValid()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // What stays behind is a dead socket, which the next claim removes.
      return;
    }
  }
}
