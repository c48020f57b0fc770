package io.keelson.runtime.docker.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The CRI log of one container, written from a stream of bytes of which the first may be there
 * already: those are skipped. Not thread-safe.
 */
final class CriLogFile implements Closeable {
  private final Path path;
  private FileChannel channel;
  private long inode;
  private long skip;
  private boolean endsWithinLine;
  private boolean finishingOldFile;

  private CriLogFile(Path path, Path opened) throws IOException {
    this.path = path;
    this.channel = open(opened);
    this.inode = Spool.inodeOf(opened);
  }

  /** Opens the log for bytes none of which are there yet, making file and folders where missing. */
  static CriLogFile append(Path path) throws IOException {
    Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
    return new CriLogFile(path, path);
  }

  /**
   * Opens the log to go on from a point at which a file of a given inode had a given size; what it
   * has beyond is the start of what will be written. When that file was renamed meanwhile, only a
   * line that it lacks the rest of still goes there.
   */
  static CriLogFile resume(Path path, long inode, long size) throws IOException {
    if (Spool.inodeOf(path) == inode) {
      CriLogFile log = new CriLogFile(path, path);
      log.takeAsSkipped(path, size);
      return log;
    }
    Optional<Path> renamed = siblingWithInode(path, inode);
    if (renamed.isEmpty()) {
      return append(path);
    }
    CriLogFile log = new CriLogFile(path, renamed.get());
    log.takeAsSkipped(renamed.get(), size);
    log.reopen();
    return log;
  }

  private static Optional<Path> siblingWithInode(Path path, long inode) throws IOException {
    Path folder = path.toAbsolutePath().resolveSibling("");
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Spool.inodeOf(file) == inode) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  private void takeAsSkipped(Path opened, long agreedSize) throws IOException {
    long size = channel.size();
    skip = Math.max(0, size - agreedSize);
    if (size > 0) {
      try (FileChannel reading = FileChannel.open(opened, StandardOpenOption.READ)) {
        ByteBuffer last = ByteBuffer.allocate(1);
        endsWithinLine = reading.read(last, size - 1) == 1 && last.get(0) != '\n';
      }
    }
  }

  private static FileChannel open(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** The inode of the file now written. */
  long inode() {
    return inode;
  }

  /**
   * The size the file would have without some last bytes of the stream, those still to be skipped
   * included; less than zero when some of them are in an older file.
   */
  long sizeBefore(long bytes) throws IOException {
    return channel.size() - skip - bytes;
  }

  /**
   * Writes the next bytes of the stream, whole lines, from the buffer's start. Returns early, with
   * bytes left and {@link #inode} changed, when the rest belongs into a fresh file. When writing
   * fails, all of the buffer's bytes may be given again: those that did get there will be skipped.
   */
  void write(ByteBuffer bytes) throws IOException {
    long skipped = Math.min(skip, bytes.remaining());
    bytes.position(bytes.position() + (int) skipped);
    skip -= skipped;
    try {
      if (finishingOldFile && bytes.hasRemaining()) {
        finishOldFile(bytes);
        return;
      }
      boolean writing = bytes.hasRemaining();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      endsWithinLine &= !writing;
    } catch (IOException e) {
      endsWithinLine = bytes.position() > 0 && bytes.get(bytes.position() - 1) != '\n';
      skip += bytes.position();
      throw e;
    }
  }

  private void finishOldFile(ByteBuffer bytes) throws IOException {
    int limit = bytes.limit();
    int end = bytes.position();
    while (end < limit && bytes.get(end++) != '\n') {}
    bytes.limit(end);
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } finally {
      bytes.limit(limit);
    }
    goOnAtPath();
  }

  /**
   * Goes on in a fresh file at the path; the old one, renamed meanwhile, stays as it is. When that
   * still lacks the rest of a line, the fresh file is made, and comes into use after it.
   */
  void reopen() throws IOException {
    if (endsWithinLine) {
      finishingOldFile = true;
      Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
      open(path).close();
    } else {
      goOnAtPath();
    }
  }

  private void goOnAtPath() throws IOException {
    Files.createDirectories(path.toAbsolutePath().resolveSibling(""));
    FileChannel fresh = open(path);
    channel.close();
    channel = fresh;
    inode = Spool.inodeOf(path);
    finishingOldFile = false;
    endsWithinLine = false;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
