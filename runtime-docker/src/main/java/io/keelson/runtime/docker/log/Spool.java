package io.keelson.runtime.docker.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A reader of the engine's log of one container across rotation. The engine writes {@code
 * <id>-json.log}; when that is full it becomes {@code .1}, what was {@code .1} becomes {@code .2},
 * the oldest goes, and a new file begins. A file is known by its inode, which renaming keeps. Not
 * thread-safe.
 */
final class Spool implements Closeable {
  private static final int FILE_LIMIT = 16;
  private static final int HEAD_SIZE = 256;

  private final Path current;
  private @Nullable FileChannel channel;
  private long inode;
  private long offset;
  private boolean gap;

  private Spool(Path current) {
    this.current = current;
  }

  /** A reader at the start of the oldest file there is, or will be. */
  static Spool fromStart(Path current) {
    return new Spool(current);
  }

  /**
   * A reader at a position; at the start of the oldest file when the position's file is gone, which
   * {@link #hasGap} then tells.
   *
   * @param head as {@link #head} gave it at that position
   */
  static Spool at(Path current, long inode, long offset, int head) throws IOException {
    Spool spool = new Spool(current);
    if (inode == 0) {
      return spool;
    }
    int index = spool.indexOf(inode);
    if (index >= 0 && spool.open(index, inode)) {
      spool.offset = offset;
      if (spool.size() >= offset && spool.head() == head) {
        return spool;
      }
    }
    spool.close();
    spool = new Spool(current);
    spool.gap = true;
    return spool;
  }

  /** A checksum of the present file's start, no further than the present position. */
  int head() throws IOException {
    CRC32C checksum = new CRC32C();
    FileChannel open = channel;
    if (open != null) {
      ByteBuffer start = ByteBuffer.allocate((int) Math.min(HEAD_SIZE, offset));
      while (start.hasRemaining() && open.read(start, start.position()) > 0) {}
      checksum.update(start.flip());
    }
    return (int) checksum.getValue();
  }

  private long size() throws IOException {
    return channel == null ? 0 : channel.size();
  }

  /** The inode of the present file; zero before the first one. */
  long inode() {
    return inode;
  }

  /** Where in the present file the next unread byte is. */
  long offset() {
    return offset;
  }

  /** Whether a file was deleted before it was read to its end. */
  boolean hasGap() {
    return gap;
  }

  /**
   * Reads what follows the present position into a buffer, without moving.
   *
   * @return how many bytes; zero when there is nothing yet
   */
  int peek(ByteBuffer target) throws IOException {
    if (channel == null && !openOldest()) {
      return 0;
    }
    FileChannel open = channel;
    int total = 0;
    while (open != null && target.hasRemaining()) {
      int count = open.read(target, offset + total);
      if (count <= 0) {
        break;
      }
      total += count;
    }
    return total;
  }

  /** Moves past bytes that have been dealt with. */
  void skip(int count) {
    offset += count;
  }

  /** Whether the engine has left the present file for a newer one, so that it grows no more. */
  boolean isRotated() throws IOException {
    if (channel == null) {
      return false;
    }
    long newest = inodeOf(current);
    return newest != 0 && newest != inode;
  }

  /**
   * Goes to the start of the file after the present one, which is rotated and read to its end.
   *
   * @return false when the engine is just renaming; try again soon
   */
  boolean next() throws IOException {
    int index = indexOf(inode);
    if (index == 0) {
      return false;
    }
    if (index < 0) {
      // The present file is deleted: whether files between it and the oldest were, none can tell.
      gap = true;
      close();
      return openOldest();
    }
    long newer = inodeOf(file(index - 1));
    return newer != 0 && open(index - 1, newer);
  }

  private boolean openOldest() throws IOException {
    int oldest = -1;
    for (int index = 0; index < FILE_LIMIT; index++) {
      if (Files.exists(file(index))) {
        oldest = index;
      }
    }
    long found = oldest < 0 ? 0 : inodeOf(file(oldest));
    return found != 0 && open(oldest, found);
  }

  /** Opens the file that has the inode wanted, unless it is renamed meanwhile. */
  private boolean open(int index, long wanted) throws IOException {
    FileChannel opened;
    try {
      opened = FileChannel.open(file(index), StandardOpenOption.READ);
    } catch (NoSuchFileException renamed) {
      return false;
    }
    // Renaming only ever moves a file to a higher number, so an unchanged name is the same file.
    if (inodeOf(file(index)) != wanted) {
      opened.close();
      return false;
    }
    close();
    channel = opened;
    inode = wanted;
    offset = 0;
    return true;
  }

  /** The number of the file with this inode, or -1. */
  private int indexOf(long wanted) throws IOException {
    // Renaming moves files to higher numbers only, so an ascending search cannot miss one.
    for (int index = 0; index < FILE_LIMIT; index++) {
      if (inodeOf(file(index)) == wanted) {
        return index;
      }
    }
    return -1;
  }

  private Path file(int index) {
    return index == 0 ? current : current.resolveSibling(current.getFileName() + "." + index);
  }

  /** The inode of what a path names, or zero when it names nothing. */
  static long inodeOf(Path path) throws IOException {
    try {
      return (Long) Files.getAttribute(path, "unix:ino");
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
