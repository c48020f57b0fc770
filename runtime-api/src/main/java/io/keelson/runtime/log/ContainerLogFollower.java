package io.keelson.runtime.log;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a container log and waits for more until the container has ended.
 *
 * <p>Survives what happens to logs: a file that is not there yet or for a while, rotation by rename
 * (also several between two looks, as long as the renamed files are plain and beside the log), and
 * truncation to a smaller size than was read. Output is complete and in order but for what a
 * truncation or a compression took away first.
 *
 * <p>Looks for news at pauses that grow from 10 to 250 milliseconds while there is none. Not
 * thread-safe; an interrupt ends a wait.
 */
public final class ContainerLogFollower implements AutoCloseable {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  private final Path path;
  private final LogReadOptions options;
  private final BooleanSupplier ended;
  private final Waiter waiter;
  private final EntrySelection selection;
  private final RotatedLogs rotated;
  private @Nullable LogFile current;
  private @Nullable LogFile successor;
  private Duration pause = SHORTEST_PAUSE;
  private boolean over;

  /** The passing of time between two looks. */
  interface Waiter {
    void pause(Duration duration) throws InterruptedException;
  }

  ContainerLogFollower(Path path, LogReadOptions options, BooleanSupplier ended, Waiter waiter) {
    this.path = path;
    this.options = options;
    this.ended = ended;
    this.waiter = waiter;
    this.selection = new EntrySelection(options);
    this.rotated = new RotatedLogs(path);
  }

  /**
   * Follows a log, which need not exist yet.
   *
   * @param options where to begin: the tail is that of the first file
   * @param ended whether the container writes no more; asked from time to time, and once it says so
   *     what is left is read and the log is over
   */
  public static ContainerLogFollower open(
      Path path, LogReadOptions options, BooleanSupplier ended) {
    return new ContainerLogFollower(path, options, ended, Thread::sleep);
  }

  /**
   * The next entry, as soon as there is one; empty once the container has ended and all is read, or
   * the options' limit is reached.
   *
   * @throws LogFormatException for a line that is no log entry, with file and offset; the next call
   *     goes on behind that line
   * @throws IOException when the file cannot be read
   */
  public Optional<LogEntry> next() throws IOException, InterruptedException {
    try {
      while (!selection.isFull()) {
        LogEntry entry = read();
        LogEntry selected = entry == null ? null : selection.accept(entry);
        if (selected != null) {
          return Optional.of(selected);
        }
        if (entry != null || goOn()) {
          pause = SHORTEST_PAUSE;
        } else if (over) {
          return Optional.ofNullable(atTheEnd());
        } else if (ended.getAsBoolean()) {
          // What came before the end may have been written since the last look.
          over = true;
        } else {
          waiter.pause(pause);
          Duration longer = pause.multipliedBy(2);
          pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
        }
      }
      return Optional.empty();
    } catch (ClosedByInterruptException e) {
      Thread.interrupted();
      InterruptedException interrupted =
          new InterruptedException("interrupted while reading " + path);
      interrupted.initCause(e);
      throw interrupted;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (current != null) {
        current.close();
      }
    } finally {
      if (successor != null) {
        successor.close();
      }
    }
  }

  private @Nullable LogEntry read() throws IOException {
    if (current == null) {
      return null;
    }
    LogEntry entry = current.next();
    return entry == null && successor != null ? current.unfinishedLine() : entry;
  }

  /** Takes notice of what happened to the file; tells whether there may be more to read. */
  private boolean goOn() throws IOException {
    if (current == null) {
      current = openFirst();
      return current != null;
    }
    if (current.restartIfTruncated()) {
      return true;
    }
    if (successor == null) {
      // Once the next file is there, no more comes to this one: it is read to its end once again.
      successor = rotated.successorOf(current);
      return successor != null;
    }
    current.close();
    current = successor;
    successor = null;
    return true;
  }

  private @Nullable LogFile openFirst() throws IOException {
    try {
      LogFile file = LogFile.open(path);
      file.seekTail(options.tailLines(), options.joinPartials());
      return file;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private @Nullable LogEntry atTheEnd() {
    LogEntry rest = current == null ? null : current.unfinishedLine();
    LogEntry selected = rest == null ? null : selection.accept(rest);
    return selected != null ? selected : selection.unfinishedLine();
  }
}
