package io.keelson.runtime.log;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * One open log file, read from a position on; it stays the same file when it is renamed. A line
 * longer than the buffer comes as several partial entries. Not thread-safe.
 */
final class LogFile implements AutoCloseable {
  /** The longest piece of a line an entry comes from, in bytes. */
  static final int BUFFER_BYTES = 64 * 1024;

  private final Path openedAs;
  private final FileChannel channel;
  private final Object fileKey;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int lineStart;
  private int searched;
  private int bufferEnd;
  private long position;
  private long takenFrom;
  private boolean inLongLine;

  /** The first piece of a line longer than the buffer; null when that was malformed. */
  private @Nullable LogEntry longLineHead;

  private LogFile(Path openedAs, FileChannel channel, Object fileKey) {
    this.openedAs = openedAs;
    this.channel = channel;
    this.fileKey = fileKey;
  }

  /** Opens a file at its beginning. */
  static LogFile open(Path path) throws IOException {
    while (true) {
      Object before = fileKey(path);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        if (before.equals(fileKey(path))) {
          return new LogFile(path, channel, before);
        }
      } catch (IOException e) {
        channel.close();
        throw e;
      }
      // Another file took the name in between; which of the two was opened is unknown.
      channel.close();
    }
  }

  /** What tells files apart whatever their names. */
  private static Object fileKey(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Whether a name is, now, this file's. */
  boolean isAt(Path path) throws IOException {
    return fileKey.equals(fileKey(path));
  }

  /** Goes on from the last so many lines. */
  void seekTail(long lines, boolean wholeLines) throws IOException {
    seek(new LogTail(channel, wholeLines).offsetOfLast(lines));
  }

  /** Starts over if the file became shorter than what was read of it. */
  boolean restartIfTruncated() throws IOException {
    if (channel.size() >= position) {
      return false;
    }
    seek(0);
    return true;
  }

  /**
   * The next entry, or null when no further line is complete.
   *
   * @throws LogFormatException for a line that is none; the next call goes on behind it
   */
  @Nullable LogEntry next() throws IOException {
    while (true) {
      int lf = indexOfLf();
      if (lf >= 0) {
        ByteString line = take(lf);
        lineStart++;
        searched = lineStart;
        LogEntry entry = lastPiece(line);
        if (entry != null) {
          return entry;
        }
      } else if (bufferEnd - lineStart == BUFFER_BYTES) {
        LogEntry entry = furtherPiece(take(bufferEnd));
        if (entry != null) {
          return entry;
        }
      } else if (!fill()) {
        return null;
      }
    }
  }

  /**
   * What the file's last line has so far, as a partial entry; null when there is no entry in it.
   */
  @Nullable LogEntry unfinishedLine() {
    if (lineStart == bufferEnd) {
      return null;
    }
    try {
      return furtherPiece(take(bufferEnd));
    } catch (LogFormatException e) {
      return null; // Cut short within its header: nothing the container wrote is in it.
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private @Nullable LogEntry lastPiece(ByteString line) {
    if (!inLongLine) {
      return parse(line);
    }
    LogEntry head = longLineHead;
    inLongLine = false;
    longLineHead = null;
    return head == null
        ? null
        : new LogEntry(head.epochNanos(), head.stream(), head.partial(), line);
  }

  private @Nullable LogEntry furtherPiece(ByteString piece) {
    LogEntry head = longLineHead;
    if (inLongLine) {
      return head == null ? null : partial(head, piece);
    }
    inLongLine = true;
    head = parse(piece);
    longLineHead = head;
    return partial(head, head.content());
  }

  private static LogEntry partial(LogEntry head, ByteString content) {
    return new LogEntry(head.epochNanos(), head.stream(), true, content);
  }

  private LogEntry parse(ByteString line) {
    try {
      return LogEntry.parse(line);
    } catch (LogFormatException e) {
      throw new LogFormatException(openedAs + ", byte " + takenFrom + ": " + e.getMessage());
    }
  }

  private int indexOfLf() {
    for (; searched < bufferEnd; searched++) {
      if (buffer[searched] == '\n') {
        return searched;
      }
    }
    return -1;
  }

  private ByteString take(int end) {
    ByteString taken = ByteString.copyFrom(buffer, lineStart, end - lineStart);
    takenFrom = position - (bufferEnd - lineStart);
    lineStart = end;
    return taken;
  }

  private boolean fill() throws IOException {
    System.arraycopy(buffer, lineStart, buffer, 0, bufferEnd - lineStart);
    bufferEnd -= lineStart;
    searched -= lineStart;
    lineStart = 0;
    int read = channel.read(ByteBuffer.wrap(buffer, bufferEnd, BUFFER_BYTES - bufferEnd), position);
    if (read <= 0) {
      return false;
    }
    bufferEnd += read;
    position += read;
    return true;
  }

  private void seek(long offset) {
    position = offset;
    lineStart = 0;
    searched = 0;
    bufferEnd = 0;
    inLongLine = false;
    longLineHead = null;
  }
}
