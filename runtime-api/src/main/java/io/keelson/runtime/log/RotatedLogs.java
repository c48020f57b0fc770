package io.keelson.runtime.log;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files a log was rotated to: beside it, under its name with a dot and a time appended, so that
 * names order them. Compressed ones are left out; the newest never is one.
 */
final class RotatedLogs {
  private final Path log;

  RotatedLogs(Path log) {
    this.log = log.toAbsolutePath();
  }

  /** The file written after another one: usually the log itself; null when it is not there yet. */
  @Nullable LogFile successorOf(LogFile earlier) throws IOException {
    LogFile live;
    try {
      if (earlier.isAt(log)) {
        return null;
      }
      live = LogFile.open(log);
    } catch (NoSuchFileException e) {
      return null;
    }
    try {
      LogFile between = rotatedAfter(earlier);
      if (between == null) {
        return live;
      }
      live.close();
      return between;
    } catch (IOException e) {
      live.close();
      throw e;
    }
  }

  private @Nullable LogFile rotatedAfter(LogFile earlier) throws IOException {
    boolean passed = false;
    for (Path rotated : rotatedFiles()) {
      try {
        if (passed) {
          return LogFile.open(rotated);
        }
        passed = earlier.isAt(rotated);
      } catch (NoSuchFileException e) {
        // Compressed or removed since it was listed: what it held is lost to a reader this late.
      }
    }
    return null;
  }

  private List<Path> rotatedFiles() throws IOException {
    Path directory = log.getParent();
    List<Path> found = new ArrayList<>();
    String prefix = log.getFileName() + ".";
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory, file -> isRotated(file, prefix))) {
      files.forEach(found::add);
    }
    found.sort(null);
    return found;
  }

  private static boolean isRotated(Path file, String prefix) {
    String name = String.valueOf(file.getFileName());
    return name.startsWith(prefix) && !name.endsWith(".gz") && !name.endsWith(".tmp");
  }
}
