package io.keelson.runtime.log;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Writes a container's output to a log file in CRI format.
 *
 * <p>Output arrives in blocks of any size. A line becomes an entry once its LF has come; one CR
 * before the LF is dropped, since a terminal puts it there. A line longer than {@link
 * #MAX_CONTENT_BYTES} becomes several entries, all but the last tagged partial, and so does one
 * whose end never comes: what there is of it is written, tagged partial, on {@link #close}. An
 * entry bears the time given with the block that completed it.
 *
 * <p>Finished entries collect in a buffer of {@value #BUFFER_BYTES} bytes, so that a burst costs
 * few system calls. They reach the file when the buffer is full and on {@link #flush}, {@link
 * #reopen} and {@link #close}; whoever pumps a container's output flushes when no more of it is at
 * hand.
 *
 * <p>When the file cannot be written (a full disk), the call throws and the writer stays usable:
 * entries not yet written are kept, and the position of the caller's buffer tells how much of it
 * was taken, so a later call goes on exactly there.
 *
 * <p>Thread-safe. An interrupt neither ends a call nor harms the file.
 */
public final class ContainerLogWriter implements AutoCloseable {
  /** The most content one entry holds, in bytes; longer lines are split. */
  public static final int MAX_CONTENT_BYTES = 16 * 1024;

  private static final int BUFFER_BYTES = 32 * 1024;

  private final Path file;
  private final Clock clock;
  private final LogLineFormat format = new LogLineFormat();
  private final ByteBuffer finished = ByteBuffer.allocate(BUFFER_BYTES);
  private final Map<LogStream, UnfinishedLine> unfinished = new EnumMap<>(LogStream.class);
  // Not a channel: that would close for good when a thread is interrupted while it writes.
  private RandomAccessFile target;
  private boolean closed;

  private ContainerLogWriter(Path file, Clock clock, RandomAccessFile target) {
    this.file = file;
    this.clock = clock;
    this.target = target;
  }

  /**
   * Opens a log for appending. Makes the file and its parent directories where they are missing. A
   * last line that a crash cut short is ended first, so that it spoils no entry of ours.
   *
   * @param clock the time of entries written without one of their own
   * @throws IOException when the file cannot be opened or written
   */
  public static ContainerLogWriter open(Path file, Clock clock) throws IOException {
    return new ContainerLogWriter(file, clock, openForAppending(file));
  }

  /** Writes output that the container produced now; see the class for when it reaches the file. */
  public void write(LogStream stream, ByteBuffer output) throws IOException {
    write(stream, EpochNanos.of(clock.instant()), output);
  }

  /**
   * Writes output that the container produced at a known time.
   *
   * @param epochNanos nanoseconds since the Unix epoch
   * @param output any bytes; its position moves to its limit
   * @throws IOException when the file cannot be written, or this writer is closed
   */
  public synchronized void write(LogStream stream, long epochNanos, ByteBuffer output)
      throws IOException {
    requireOpen();
    UnfinishedLine line = unfinished.computeIfAbsent(stream, s -> new UnfinishedLine());
    while (output.hasRemaining()) {
      makeRoom();
      if (line.takeUpToEnd(output)) {
        finish(line, stream, epochNanos, false);
      } else if (line.isOverfull(output.hasRemaining())) {
        finish(line, stream, epochNanos, true);
      }
    }
  }

  /** Hands every finished entry to the operating system. Lines still without an end stay here. */
  public synchronized void flush() throws IOException {
    requireOpen();
    drain();
  }

  /**
   * Goes on in a fresh file of the same name, after the old one was renamed or removed. Every entry
   * finished before is in the old file, every later one in the new file. When opening the new file
   * fails, the writer goes on with the old one.
   */
  public synchronized void reopen() throws IOException {
    requireOpen();
    drain();
    RandomAccessFile old = target;
    target = openForAppending(file);
    old.close();
  }

  /**
   * Writes what there is, unfinished lines as partial entries, and closes the file. Repeatable; the
   * file is closed even when the last write fails.
   */
  @Override
  public synchronized void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      long epochNanos = EpochNanos.of(clock.instant());
      for (Map.Entry<LogStream, UnfinishedLine> entry : unfinished.entrySet()) {
        while (!entry.getValue().isEmpty()) {
          makeRoom();
          finish(entry.getValue(), entry.getKey(), epochNanos, true);
        }
      }
      drain();
    } finally {
      target.close();
    }
  }

  private void finish(UnfinishedLine line, LogStream stream, long epochNanos, boolean partial) {
    format.putHeader(finished, epochNanos, stream, partial);
    if (partial) {
      line.movePieceTo(finished);
    } else {
      line.moveAllTo(finished);
    }
    finished.put((byte) '\n');
  }

  private void makeRoom() throws IOException {
    if (finished.remaining() < LogLineFormat.MAX_HEADER_BYTES + MAX_CONTENT_BYTES + 1) {
      drain();
    }
  }

  private void drain() throws IOException {
    long start = target.length();
    target.seek(start);
    finished.flip();
    try {
      target.write(finished.array(), 0, finished.limit());
      finished.position(finished.limit());
    } catch (IOException e) {
      finished.position((int) (target.getFilePointer() - start));
      throw e;
    } finally {
      finished.compact();
    }
  }

  private void requireOpen() throws IOException {
    if (closed) {
      throw new IOException("log writer of " + file + " is closed");
    }
  }

  private static RandomAccessFile openForAppending(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw");
    try {
      long length = opened.length();
      opened.seek(Math.max(0, length - 1));
      if (length > 0 && opened.read() != '\n') {
        opened.write('\n');
      }
      return opened;
    } catch (IOException e) {
      opened.close();
      throw e;
    }
  }

  /** What has come of a line whose end has not. */
  private static final class UnfinishedLine {
    // One byte over the limit: a CR there may turn out to belong to the line's end.
    private static final int CAPACITY = MAX_CONTENT_BYTES + 1;

    private byte[] bytes = new byte[256];
    private int length;

    boolean isEmpty() {
      return length == 0;
    }

    /** Whether this must become an entry, given whether a byte other than LF is known to follow. */
    boolean isOverfull(boolean goesOn) {
      return length == CAPACITY && (goesOn || bytes[MAX_CONTENT_BYTES] != '\r');
    }

    /** Takes output up to and with the first LF, or as much as fits; tells whether the LF came. */
    boolean takeUpToEnd(ByteBuffer output) {
      while (output.hasRemaining()) {
        byte b = output.get(output.position());
        if (length == CAPACITY && (b != '\n' || bytes[MAX_CONTENT_BYTES] != '\r')) {
          return false;
        }
        if (b == '\n') {
          output.position(output.position() + 1);
          return true;
        }
        if (length == bytes.length) {
          bytes = Arrays.copyOf(bytes, Math.min(CAPACITY, 4 * length));
        }
        bytes[length++] = b;
        output.position(output.position() + 1);
      }
      return false;
    }

    void movePieceTo(ByteBuffer target) {
      int size = Math.min(length, MAX_CONTENT_BYTES);
      target.put(bytes, 0, size);
      System.arraycopy(bytes, size, bytes, 0, length - size);
      length -= size;
    }

    void moveAllTo(ByteBuffer target) {
      int size = length > 0 && bytes[length - 1] == '\r' ? length - 1 : length;
      target.put(bytes, 0, size);
      length = 0;
    }
  }
}
