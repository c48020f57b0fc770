package io.keelson.runtime.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The file operations a {@link RecordStore} consists of; each can fail or be the last one made. */
interface RecordFiles {

  /** The whole of a file. */
  byte[] read(Path file) throws IOException;

  /** Creates a file, readable by its owner alone, with this content. */
  void create(Path file, byte[] content) throws IOException;

  /** Makes a file's content survive a crash of the machine. */
  void syncFile(Path file) throws IOException;

  /** Gives a file another name in one step, replacing what had that name. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file if it exists. */
  void delete(Path file) throws IOException;

  /** Makes renames and deletions in a directory survive a crash of the machine. */
  void syncDirectory(Path directory) throws IOException;

  /** Operations on the real filesystem. */
  static RecordFiles onDisk() {
    return new RecordFiles() {
      @Override
      public byte[] read(Path file) throws IOException {
        return Uninterrupted.call(() -> Files.readAllBytes(file));
      }

      @Override
      public void create(Path file, byte[] content) throws IOException {
        Uninterrupted.run(() -> {
          try (FileChannel channel =
              FileChannel.open(
                  file,
                  Set.of(
                      StandardOpenOption.CREATE,
                      StandardOpenOption.TRUNCATE_EXISTING,
                      StandardOpenOption.WRITE),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer remaining = ByteBuffer.wrap(content);
            while (remaining.hasRemaining()) {
              channel.write(remaining);
            }
          }
        });
      }

      @Override
      public void syncFile(Path file) throws IOException {
        sync(file, StandardOpenOption.WRITE);
      }

      @Override
      public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }

      @Override
      public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
      }

      @Override
      public void syncDirectory(Path directory) throws IOException {
        sync(directory, StandardOpenOption.READ);
      }

      private static void sync(Path path, StandardOpenOption access) throws IOException {
        Uninterrupted.run(() -> {
          try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
          }
        });
      }
    };
  }
}
