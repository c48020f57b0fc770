package io.keelson.cli.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the known word somebody may have meant by an unknown one. */
final class Nearest {
  private Nearest() {}

  /** The known word with the fewest edits, if those are few for its length. */
  static Optional<String> to(String word, Collection<String> known) {
    return known.stream()
        .filter(k -> distance(word, k) <= Math.max(2, k.length() / 3))
        .min(Comparator.comparingInt(k -> distance(word, k)));
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int cost = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        int next = Math.min(Math.min(row[j] + 1, row[j - 1] + 1), diagonal + cost);
        diagonal = row[j];
        row[j] = next;
      }
    }
    return row[b.length()];
  }
}
