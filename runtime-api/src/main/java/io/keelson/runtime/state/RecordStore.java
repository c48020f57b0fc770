package io.keelson.runtime.state;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Durable records of one message type, a file each, in a directory of their own.
 *
 * <p>Once {@link #put} or {@link #delete} has returned, its effect survives a crash of the process
 * and of the machine; that of {@link #putUnsynced} a crash of the process. When one is cut short,
 * the record is as it was before or as it was to become, never anything else: content goes to a
 * temporary name, is synced, renamed, and the directory is synced.
 *
 * <p>A file that holds no whole record of this type is moved to {@code unreadable/} in the
 * directory, with a warning in the log, and is from then on as if it were absent; nobody deletes it
 * from there. Each file names its message's type, so {@link StoredRecord} reads it without this
 * class's prototype.
 *
 * <p>Thread-safe; one process at a time per directory. An interrupt does not end a call, so that
 * whoever was cancelled can still record what it undoes. Keys are any text, of up to 240 bytes once
 * every byte but letters, digits and {@code - _ .} is counted three times.
 *
 * @param <M> the message type
 */
public final class RecordStore<M extends Message> {
  private static final Logger log = LoggerFactory.getLogger(RecordStore.class);
  private static final String TEMPORARY_SUFFIX = ".tmp";
  private static final int LOCKS = 16;

  private final Path directory;
  private final M prototype;
  private final RecordFiles files;
  private final AtomicLong temporaryNames = new AtomicLong();
  private final ReentrantLock[] locks =
      IntStream.range(0, LOCKS).mapToObj(i -> new ReentrantLock()).toArray(ReentrantLock[]::new);

  private RecordStore(Path directory, M prototype, RecordFiles files) {
    this.directory = directory;
    this.prototype = prototype;
    this.files = files;
  }

  /**
   * Opens a store, making its directory (mode 0700) where it is missing, and removes what writes
   * cut short left behind.
   *
   * @param prototype any instance of the message type, such as its default instance
   * @throws CriException {@code INTERNAL} or {@code RESOURCE_EXHAUSTED} when the directory cannot
   *     be made or read
   */
  public static <M extends Message> RecordStore<M> open(Path directory, M prototype) {
    return open(directory, prototype, RecordFiles.onDisk());
  }

  static <M extends Message> RecordStore<M> open(Path directory, M prototype, RecordFiles files) {
    RecordStore<M> store = new RecordStore<>(directory, prototype, files);
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      try (DirectoryStream<Path> leftovers =
          Files.newDirectoryStream(directory, "*" + TEMPORARY_SUFFIX)) {
        for (Path leftover : leftovers) {
          files.delete(leftover);
        }
      }
    } catch (IOException e) {
      throw store.failure("open the record directory", directory, e);
    }
    return store;
  }

  /**
   * Stores a record, in place of any older one of the same key.
   *
   * @throws CriException {@code RESOURCE_EXHAUSTED} when the disk is full, {@code INTERNAL} when it
   *     cannot be written for another reason, {@code INVALID_ARGUMENT} for a key that is empty or
   *     too long; an older record is then still there, unless only the last step, syncing the
   *     directory, failed
   */
  public void put(String key, M record) {
    put(key, record, true);
  }

  /**
   * Stores a record as {@link #put} does, at a fraction of the time, but does not wait for the
   * disk: when the machine crashes before the next {@link #put} or {@link #sync} of this key, the
   * record may be as it was before, or gone.
   *
   * @throws CriException as {@link #put} throws
   */
  public void putUnsynced(String key, M record) {
    put(key, record, false);
  }

  /**
   * Makes what {@link #putUnsynced} has stored survive a crash of the machine; does nothing when
   * there is no such record any more.
   *
   * @throws CriException {@code INTERNAL} when the disk fails
   */
  public void sync(String key) {
    Path file = directory.resolve(RecordKeys.fileName(key));
    try {
      files.syncFile(file);
      files.syncDirectory(directory);
    } catch (NoSuchFileException e) {
      log.debug("record {} was deleted before it was synced", file);
    } catch (IOException e) {
      throw failure("sync record", file, e);
    }
  }

  private void put(String key, M record, boolean synced) {
    Path file = directory.resolve(RecordKeys.fileName(key));
    Path temporary = directory.resolve(temporaryNames.incrementAndGet() + TEMPORARY_SUFFIX);
    ReentrantLock lock = lockOf(file);
    lock.lock();
    try {
      files.create(temporary, StoredRecord.encode(key, record));
      if (synced) {
        files.syncFile(temporary);
      }
      files.rename(temporary, file);
      if (synced) {
        files.syncDirectory(directory);
      }
    } catch (IOException e) {
      throw withoutLeftover(temporary, failure("write record", file, e));
    } finally {
      lock.unlock();
    }
  }

  /**
   * The record of a key, or empty when there is none or it was unreadable.
   *
   * @throws CriException {@code INTERNAL} when the file is there but the disk does not give it
   */
  public Optional<M> find(String key) {
    return read(directory.resolve(RecordKeys.fileName(key))).map(Found::record);
  }

  /**
   * Removes the record of a key; succeeds when there is none.
   *
   * @throws CriException {@code INTERNAL} when the file cannot be removed
   */
  public void delete(String key) {
    Path file = directory.resolve(RecordKeys.fileName(key));
    ReentrantLock lock = lockOf(file);
    lock.lock();
    try {
      files.delete(file);
      files.syncDirectory(directory);
    } catch (IOException e) {
      throw failure("delete record", file, e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Every readable record by its key, in the order of keys; puts unreadable ones aside.
   *
   * @throws CriException {@code INTERNAL} when the disk does not give the directory or a file
   */
  public Map<String, M> loadAll() {
    Map<String, M> records = new TreeMap<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, "*" + RecordKeys.SUFFIX)) {
      for (Path file : files) {
        read(file).ifPresent(found -> records.put(found.key(), found.record()));
      }
    } catch (IOException e) {
      throw failure("read the records in", directory, e);
    }
    return records;
  }

  private Optional<Found<M>> read(Path file) {
    ReentrantLock lock = lockOf(file);
    lock.lock();
    try {
      StoredRecord stored = StoredRecord.decode(files.read(file));
      if (!file.endsWith(RecordKeys.fileName(stored.key()))) {
        throw new UnreadableRecordException(
            "it holds the record of another key, \"" + stored.key() + "\"");
      }
      return Optional.of(new Found<>(stored.key(), unpack(stored)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (UnreadableRecordException e) {
      putAside(file, e);
      return Optional.empty();
    } catch (IOException e) {
      throw failure("read record", file, e);
    } finally {
      lock.unlock();
    }
  }

  private M unpack(StoredRecord stored) throws UnreadableRecordException {
    String type = prototype.getDescriptorForType().getFullName();
    if (!stored.record().getTypeUrl().endsWith("/" + type)) {
      throw new UnreadableRecordException(
          "it holds a " + stored.record().getTypeUrl() + " where a " + type + " belongs");
    }
    try {
      @SuppressWarnings("unchecked") // A message's own parser makes messages of its own class.
      M record = (M) prototype.getParserForType().parseFrom(stored.record().getValue());
      return record;
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableRecordException("its message cannot be decoded: " + e.getMessage());
    }
  }

  private void putAside(Path file, UnreadableRecordException why) {
    Path aside = directory.resolve("unreadable");
    try {
      Files.createDirectories(aside);
      Path target = aside.resolve(String.valueOf(file.getFileName()));
      for (int n = 1; Files.exists(target); n++) {
        target = aside.resolve(file.getFileName() + "." + n);
      }
      files.rename(file, target);
      log.warn(
          "Record {} is unreadable and was moved to {}: {}. What it described may need to be"
              + " cleaned up by hand",
          file,
          target,
          why.getMessage());
    } catch (IOException e) {
      log.error(
          "Record {} is unreadable ({}) and could not be moved to {}: {}",
          file,
          why.getMessage(),
          aside,
          e.toString());
    }
  }

  private CriException withoutLeftover(Path temporary, CriException failure) {
    try {
      files.delete(temporary);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  private ReentrantLock lockOf(Path file) {
    return locks[Math.floorMod(file.hashCode(), LOCKS)];
  }

  private CriException failure(String what, Path path, IOException cause) {
    String reason = reason(cause);
    String message = "cannot " + what + " " + path + ": " + reason;
    if (reason.contains("No space left on device") || reason.contains("Disk quota exceeded")) {
      return CriException.resourceExhausted(
          message + "; free space on the filesystem of " + directory + " and try again", cause);
    }
    return CriException.internal(message, cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException e) {
      String reason = e.getReason();
      return reason != null ? reason : e.getClass().getSimpleName();
    }
    return String.valueOf(cause.getMessage());
  }

  private record Found<M>(String key, M record) {}
}
