package io.keelson.cli.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The programs installed on this machine. */
public final class Programs {
  // Root's programs are not on every user's path.
  private static final String SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";

  private Programs() {}

  /** Where a program is, if it is installed. */
  public static Optional<Path> find(String name) {
    String path = System.getenv("PATH");
    String folders = path == null ? SYSTEM_FOLDERS : path + ":" + SYSTEM_FOLDERS;
    for (String folder : folders.split(":", -1)) {
      Path candidate = Path.of(folder, name);
      if (!folder.isEmpty() && Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
