package io.keelson.runtime.docker.stats;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** The overlay that is a process's root, as {@code proc_pid_mountinfo(5)} tells it. */
public final class OverlayMount {
  private static final String OPTIONS = " - overlay ";
  private static final String UPPER = "upperdir=";

  private OverlayMount() {}

  /**
   * The folder that takes the changes.
   *
   * @param process the process's directory below {@code /proc}
   * @return empty when the process is gone, its root is no overlay, or the folder was not given in
   *     full when it was mounted
   */
  public static Optional<Path> upper(Path process) {
    try {
      return Files.readAllLines(process.resolve("mountinfo")).stream()
          .filter(line -> line.contains(OPTIONS) && "/".equals(line.split(" ", 6)[4]))
          .map(line -> line.substring(line.lastIndexOf(' ') + 1))
          .flatMap(options -> Arrays.stream(options.split(",", -1)))
          .filter(option -> option.startsWith(UPPER + "/"))
          .map(option -> Path.of(option.substring(UPPER.length())))
          .findFirst();
    } catch (IOException gone) {
      return Optional.empty();
    }
  }
}
