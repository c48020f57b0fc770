package io.keelson.linux.cgroup;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The file of a group's processes, the same in both versions. */
final class Processes {
  static final String FILE = "cgroup.procs";

  private Processes() {}

  static List<Long> in(Path file) {
    return KernelFile.lines(file).stream()
        .map(KernelFile::parse)
        .filter(OptionalLong::isPresent)
        .map(OptionalLong::getAsLong)
        .limit(Cgroup.PROCESS_LIMIT)
        .toList();
  }
}
