package io.keelson.benchmarks;

import java.util.List;

/** Rows of figures, ours first, and ours as a ratio of each peer's. */
final class Table {
  private static final String LABEL = "%-34s";

  private Table() {}

  static void header(List<String> names) {
    System.out.printf(LABEL + " %15s", "median", names.getFirst());
    names.stream().skip(1).forEach(peer -> System.out.printf(" %15s %7s", peer, "ratio"));
    System.out.println();
  }

  /**
   * Prints a row.
   *
   * @param values ours first; zero or less for what is not known
   */
  static void row(String what, String unit, List<Double> values) {
    double ours = values.getFirst();
    System.out.printf(LABEL + " %15s", what, figure(ours, unit));
    values.stream()
        .skip(1)
        .forEach(theirs ->
            System.out.printf(
                " %15s %7s",
                figure(theirs, unit),
                ours > 0 && theirs > 0 ? "%.2f".formatted(ours / theirs) : "-"));
    System.out.println();
  }

  private static String figure(double value, String unit) {
    return value > 0 ? "%.2f %s".formatted(value, unit) : "-";
  }

  static double median(List<Long> values) {
    if (values.isEmpty()) {
      return 0;
    }
    List<Long> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2.0;
  }
}
