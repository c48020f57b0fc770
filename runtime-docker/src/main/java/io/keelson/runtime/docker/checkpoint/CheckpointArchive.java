package io.keelson.runtime.docker.checkpoint;

import java.io.Closeable;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * A tar archive in the making, for its owner's eyes only. Writing gives up with an {@link
 * TimeLimit.OverdueException} once its time is over. Not thread-safe.
 */
final class CheckpointArchive implements Closeable {
  private static final int PERMISSIONS = 0600;
  private static final int FOLDER_PERMISSIONS = 0700;
  private static final int ALL_PERMISSIONS = 07777;
  private static final int FILE_KIND = 0170000;
  private static final int FOLDER = 0040000;
  private static final int PLAIN = 0100000;
  private static final int PIPE = 0010000;
  private static final int CHARACTERS = 0020000;
  private static final int BLOCKS = 0060000;
  private static final int BUFFER_BYTES = 64 * 1024;

  private final FileChannel file;
  private final TarArchiveOutputStream tar;
  private final Map<Object, String> linked = new HashMap<>();

  /** Begins an archive; its name must be free. */
  CheckpointArchive(Path path, TimeLimit limit) throws IOException {
    file =
        FileChannel.open(
            path,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    tar =
        new TarArchiveOutputStream(
            new TimedOutput(Channels.newOutputStream(file), limit), StandardCharsets.UTF_8.name());
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
  }

  private static final class TimedOutput extends FilterOutputStream {
    private final TimeLimit limit;

    TimedOutput(OutputStream out, TimeLimit limit) {
      super(out);
      this.limit = limit;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      limit.check();
      out.write(bytes, offset, length);
    }
  }

  /** Adds a document. */
  void add(String name, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(PERMISSIONS);
    entry.setSize(content.length);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }

  /** Adds the content of a file under another name. */
  void add(String name, Path source) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setMode(PERMISSIONS);
    entry.setModTime(Files.getLastModifiedTime(source));
    content(entry, source);
  }

  /** Adds a folder of plain files under another name. */
  void addFolder(String name, Path source) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name + "/");
    entry.setMode(FOLDER_PERMISSIONS);
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
    List<Path> files;
    try (Stream<Path> entries = Files.list(source)) {
      files = entries.sorted().toList();
    }
    for (Path file : files) {
      add(name + "/" + file.getFileName(), file);
    }
  }

  /**
   * Adds a file, link, device or empty folder as it is, with owner, mode and time. Nothing is added
   * for one that is gone, and for a socket, which no archive can hold.
   */
  void addAsIs(String name, Path source) throws IOException {
    try {
      Map<String, Object> facts = Files.readAttributes(source, "unix:*", LinkOption.NOFOLLOW_LINKS);
      TarArchiveEntry entry = entry(name, source, facts);
      if (entry == null) {
        return;
      }
      entry.setIds(number(facts, "uid"), number(facts, "gid"));
      entry.setMode(number(facts, "mode") & ALL_PERMISSIONS);
      entry.setModTime((FileTime) facts.get("lastModifiedTime"));
      if (entry.isFile() && !entry.isLink()) {
        content(entry, source);
      } else {
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
    } catch (NoSuchFileException goneMeanwhile) {
      return;
    }
  }

  private static int number(Map<String, Object> facts, String name) {
    return (Integer) Objects.requireNonNull(facts.get(name));
  }

  private @Nullable TarArchiveEntry entry(String name, Path source, Map<String, Object> facts)
      throws IOException {
    if (Files.isSymbolicLink(source)) {
      TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
      link.setLinkName(Files.readSymbolicLink(source).toString());
      return link;
    }
    int kind = number(facts, "mode") & FILE_KIND;
    return switch (kind) {
      case FOLDER -> new TarArchiveEntry(name + "/");
      case PLAIN -> plain(name, facts);
      case PIPE -> new TarArchiveEntry(name, TarConstants.LF_FIFO);
      case CHARACTERS -> device(name, TarConstants.LF_CHR, facts);
      case BLOCKS -> device(name, TarConstants.LF_BLK, facts);
      default -> null;
    };
  }

  /** A file with several names is in the archive under the first one only. */
  private TarArchiveEntry plain(String name, Map<String, Object> facts) {
    if (number(facts, "nlink") > 1) {
      String first = linked.putIfAbsent(facts.get("ino"), name);
      if (first != null) {
        TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_LINK);
        link.setLinkName(first);
        return link;
      }
    }
    return new TarArchiveEntry(name);
  }

  /** The numbers are packed as {@code makedev(3)} does. */
  private static TarArchiveEntry device(String name, byte kind, Map<String, Object> facts) {
    long number = (Long) Objects.requireNonNull(facts.get("rdev"));
    TarArchiveEntry device = new TarArchiveEntry(name, kind);
    device.setDevMajor((int) (((number >>> 8) & 0xfff) | ((number >>> 32) & ~0xfffL)));
    device.setDevMinor((int) ((number & 0xff) | ((number >>> 12) & ~0xffL)));
    return device;
  }

  /** A file that changes its length meanwhile is cut, or filled with zeros, to what was said. */
  private void content(TarArchiveEntry entry, Path source) throws IOException {
    try (InputStream in = Files.newInputStream(source, LinkOption.NOFOLLOW_LINKS)) {
      long left = Files.size(source);
      entry.setSize(left);
      tar.putArchiveEntry(entry);
      byte[] buffer = new byte[BUFFER_BYTES];
      while (left > 0) {
        int length = (int) Math.min(left, buffer.length);
        int read = in.readNBytes(buffer, 0, length);
        Arrays.fill(buffer, read, length, (byte) 0);
        tar.write(buffer, 0, length);
        left -= length;
      }
      tar.closeArchiveEntry();
    }
  }

  /** Ends the archive and sees it safely on the disk. */
  void finish() throws IOException {
    tar.finish();
    tar.flush();
    file.force(true);
  }

  @Override
  public void close() throws IOException {
    // Closing the stream would first try to complete what was given up.
    file.close();
  }
}
