package io.keelson.conformance.coverage;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Fields that no test asserts, each with its reason. Immutable.
 *
 * @param reasons by {@code Message.field}, or {@code Message.*} for a whole message
 */
public record Exclusions(Map<String, String> reasons) {
  private static final String FILE = "exclusions.tsv";

  /** Copies the map, and keeps its order. */
  public Exclusions {
    reasons = new LinkedHashMap<>(reasons);
  }

  /**
   * Reads those of the suite.
   *
   * @throws IllegalStateException when a line is not a field and a reason with a tab between them
   */
  public static Exclusions ofTheSuite() {
    try (InputStream in = Objects.requireNonNull(Exclusions.class.getResourceAsStream(FILE));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      Map<String, String> reasons = new LinkedHashMap<>();
      for (String line : lines.lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
        List<String> parts = List.of(line.split("\t", -1));
        if (parts.size() != 2 || parts.getLast().isBlank()) {
          throw new IllegalStateException(FILE + ": not a field and a reason: " + line);
        }
        reasons.put(parts.getFirst(), parts.getLast());
      }
      return new Exclusions(reasons);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Why a field is not asserted; empty when it has to be. */
  public String reason(String message, String field) {
    String own = reasons.get(message + "." + field);
    return own == null ? reasons.getOrDefault(message + ".*", "") : own;
  }
}
