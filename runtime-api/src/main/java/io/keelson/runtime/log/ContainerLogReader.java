package io.keelson.runtime.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads what a container log file holds now. A last line that is still being written comes as a
 * partial entry. Reads one file; where {@link ContainerLogFollower} goes on in the next one after a
 * rotation, this ends. Holds a buffer of 64 KiB. Not thread-safe.
 */
public final class ContainerLogReader implements AutoCloseable {
  private final LogFile file;
  private final EntrySelection selection;

  private ContainerLogReader(LogFile file, EntrySelection selection) {
    this.file = file;
    this.selection = selection;
  }

  /**
   * Opens a log.
   *
   * @throws IOException when there is no such file or it cannot be read
   */
  public static ContainerLogReader open(Path path, LogReadOptions options) throws IOException {
    LogFile file = LogFile.open(path);
    try {
      file.seekTail(options.tailLines(), options.joinPartials());
      return new ContainerLogReader(file, new EntrySelection(options));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /**
   * The next entry, or empty at the end.
   *
   * @throws LogFormatException for a line that is no log entry, with file and offset; the next call
   *     goes on behind that line
   * @throws IOException when the file cannot be read
   */
  public Optional<LogEntry> next() throws IOException {
    while (!selection.isFull()) {
      LogEntry entry = file.next();
      if (entry == null) {
        entry = file.unfinishedLine();
      }
      if (entry == null) {
        return Optional.ofNullable(selection.unfinishedLine());
      }
      LogEntry selected = selection.accept(entry);
      if (selected != null) {
        return Optional.of(selected);
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
