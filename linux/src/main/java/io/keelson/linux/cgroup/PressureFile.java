package io.keelson.linux.cgroup;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@code *.pressure} file: {@code some avg10=0.00 avg60=0.00 avg300=0.00 total=0}, and full. */
final class PressureFile {
  private PressureFile() {}

  static Optional<Pressure> read(Path file) {
    Pressure.Stall some = null;
    Pressure.Stall full = Pressure.Stall.NONE;
    for (String line : KernelFile.lines(file)) {
      Pressure.Stall stall = parse(line);
      if (stall == null) {
        return Optional.empty();
      }
      if (line.startsWith("some ")) {
        some = stall;
      } else if (line.startsWith("full ")) {
        full = stall;
      }
    }
    return some == null ? Optional.empty() : Optional.of(new Pressure(some, full));
  }

  private static Pressure.@Nullable Stall parse(String line) {
    String[] fields = line.split(" ", -1);
    if (fields.length < 5) {
      return null;
    }
    try {
      return new Pressure.Stall(
          Long.parseLong(value(fields[4], "total=")),
          Double.parseDouble(value(fields[1], "avg10=")),
          Double.parseDouble(value(fields[2], "avg60=")),
          Double.parseDouble(value(fields[3], "avg300=")));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String value(String field, String key) {
    return field.startsWith(key) ? field.substring(key.length()) : "";
  }
}
