package io.keelson.runtime.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Finds where the last lines of a file begin, reading it backwards in blocks. */
final class LogTail {
  private static final int BLOCK_BYTES = 64 * 1024;

  private final FileChannel channel;
  private final boolean wholeLines;
  private final ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
  private final ByteBuffer header = ByteBuffer.allocate(LogLineFormat.MAX_HEADER_BYTES);

  /**
   * Looks at one file.
   *
   * @param wholeLines whether to count only entries that end a line of the container
   */
  LogTail(FileChannel channel, boolean wholeLines) {
    this.channel = channel;
    this.wholeLines = wholeLines;
  }

  /** The offset of the last so many lines; 0 when there are no more than those. */
  long offsetOfLast(long lines) throws IOException {
    long size = channel.size();
    if (lines == Long.MAX_VALUE || size == 0) {
      return 0;
    }
    if (lines == 0) {
      return size;
    }
    // The file's last line always counts: it may be a piece whose last one has not come yet.
    long counted = 0;
    long startOfNext = size;
    for (long end = size; end > 0; ) {
      int length = (int) Math.min(BLOCK_BYTES, end);
      long start = end - length;
      read(block.clear().limit(length), start);
      for (int i = length - 1; i >= 0; i--) {
        long lineStart = start + i + 1;
        if (block.get(i) != '\n' || lineStart == size) {
          continue;
        }
        if (counted == lines && endsLine(lineStart, startOfNext)) {
          return startOfNext;
        }
        if (startOfNext == size || endsLine(lineStart, startOfNext)) {
          counted++;
        }
        if (counted == lines && !wholeLines) {
          return lineStart;
        }
        startOfNext = lineStart;
      }
      end = start;
    }
    return counted == lines && endsLine(0, startOfNext) ? startOfNext : 0;
  }

  /** Whether the line at an offset is anything but a partial entry. */
  private boolean endsLine(long lineStart, long lineEnd) throws IOException {
    if (!wholeLines) {
      return true;
    }
    read(header.clear().limit((int) Math.min(header.capacity(), lineEnd - lineStart)), lineStart);
    int spaces = 0;
    for (int i = 0; i < header.limit() - 1; i++) {
      if (header.get(i) == ' ' && ++spaces == 2) {
        return header.get(i + 1) != 'P';
      }
    }
    return true;
  }

  private void read(ByteBuffer target, long from) throws IOException {
    long position = from;
    while (target.hasRemaining()) {
      int read = channel.read(target, position);
      if (read < 0) {
        throw new IOException("the log was truncated while it was read");
      }
      position += read;
    }
  }
}
