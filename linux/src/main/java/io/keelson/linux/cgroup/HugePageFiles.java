package io.keelson.linux.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files {@code hugetlb.<size>.<figure>}, one for each size of huge pages. */
final class HugePageFiles {
  private static final String PREFIX = "hugetlb.";

  private HugePageFiles() {}

  /**
   * Limits the pages of one size.
   *
   * @param limit name of the figure
   */
  static void limit(Path directory, String size, String limit, long bytes) throws IOException {
    KernelFile.write(directory.resolve(PREFIX + size + "." + limit), String.valueOf(bytes));
    Path reservations = directory.resolve(PREFIX + size + ".rsvd." + limit);
    if (Files.exists(reservations)) {
      KernelFile.write(reservations, String.valueOf(bytes));
    }
  }

  /**
   * Usage of every page size.
   *
   * @param usage name of the figure for present usage
   * @param peak name of the figure for the highest usage, empty where there is none
   */
  static List<HugePageUsage> in(Path directory, String usage, String peak) {
    List<HugePageUsage> sizes = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*." + usage)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        String size = name.substring(PREFIX.length(), name.length() - usage.length() - 1);
        // Reservations have files too: hugetlb.2MB.rsvd.current.
        if (!size.contains(".")) {
          KernelFile.number(file)
              .ifPresent(bytes ->
                  sizes.add(
                      new HugePageUsage(
                          size,
                          bytes,
                          peak.isEmpty()
                              ? 0
                              : KernelFile.number(directory.resolve(PREFIX + size + "." + peak))
                                  .orElse(0))));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return List.of();
    }
    return sizes;
  }
}
