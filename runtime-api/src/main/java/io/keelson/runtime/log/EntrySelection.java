package io.keelson.runtime.log;

import com.google.protobuf.ByteString;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies read options to the entries of a log, one after the other. Not thread-safe. */
final class EntrySelection {
  /** Up to this size another piece still fits the limit. */
  private static final int KEPT_BYTES = LogReadOptions.MAX_JOINED_BYTES - LogFile.BUFFER_BYTES;

  private final LogReadOptions options;
  private final Map<LogStream, LogEntry> unfinished = new EnumMap<>(LogStream.class);
  private long bytesLeft;

  EntrySelection(LogReadOptions options) {
    this.options = options;
    this.bytesLeft = options.limitBytes();
  }

  /** Whether the limit is reached: no further entry is of interest. */
  boolean isFull() {
    return bytesLeft == 0;
  }

  /** What becomes of an entry; null when there is nothing to return yet. */
  @Nullable LogEntry accept(LogEntry entry) {
    if (entry.epochNanos() < options.sinceEpochNanos()) {
      return null;
    }
    LogEntry joined = options.joinPartials() ? join(entry) : entry;
    return joined == null ? null : limit(joined);
  }

  /** At the end of the log: a line whose last piece never came; null when there is none left. */
  @Nullable LogEntry unfinishedLine() {
    Iterator<LogEntry> lines = unfinished.values().iterator();
    if (!lines.hasNext() || isFull()) {
      return null;
    }
    LogEntry line = lines.next();
    lines.remove();
    return limit(line);
  }

  private @Nullable LogEntry join(LogEntry entry) {
    LogEntry begun = unfinished.remove(entry.stream());
    if (begun == null) {
      return keepOrGive(entry);
    }
    ByteString content = begun.content().concat(entry.content());
    return keepOrGive(new LogEntry(begun.epochNanos(), entry.stream(), entry.partial(), content));
  }

  private @Nullable LogEntry keepOrGive(LogEntry entry) {
    if (entry.partial() && entry.content().size() <= KEPT_BYTES) {
      unfinished.put(entry.stream(), entry);
      return null;
    }
    return entry;
  }

  private LogEntry limit(LogEntry entry) {
    long size = entry.content().size() + (entry.partial() ? 0L : 1L);
    if (size <= bytesLeft) {
      bytesLeft -= size;
      return entry;
    }
    ByteString cut =
        entry.content().substring(0, (int) Math.min(entry.content().size(), bytesLeft));
    bytesLeft = 0;
    return new LogEntry(entry.epochNanos(), entry.stream(), true, cut);
  }
}
