package io.keelson.runtime.transport;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The file of a listening unix socket. Claiming it takes a lock beside it, so that two daemons
 * never fight over one socket, and clears away what a killed daemon left behind. Thread-safe.
 */
public final class UnixSocketFile implements AutoCloseable {
  private final Path path;
  private final LockFile lock;
  private final AtomicBoolean closed = new AtomicBoolean();

  private UnixSocketFile(Path path, LockFile lock) {
    this.path = path;
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
    LockFile lock =
        LockFile.tryTake(path.resolveSibling(path.getFileName() + ".lock"))
            .orElseThrow(() -> inUse(path));
    try {
      if (answers(path)) {
        throw inUse(path);
      }
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        removeDead(path);
      }
      return new UnixSocketFile(path, lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static IOException inUse(Path path) {
    return new IOException(
        "socket %s is in use by another process; stop that one or choose another path"
            .formatted(path));
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
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (lock) {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // What stays behind is a dead socket, which the next claim removes.
      return;
    }
  }
}
