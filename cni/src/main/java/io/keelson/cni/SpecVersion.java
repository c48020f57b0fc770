package io.keelson.cni;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of the CNI specification, which is also the version of configurations and results.
 *
 * @param major first number
 * @param minor second number
 * @param patch third number
 */
public record SpecVersion(int major, int minor, int patch) implements Comparable<SpecVersion> {
  /** What a configuration without a version means. */
  public static final SpecVersion V0_1_0 = new SpecVersion(0, 1, 0);

  /** The last version with one address a family. */
  public static final SpecVersion V0_2_0 = new SpecVersion(0, 2, 0);

  /** Lists of interfaces, addresses and routes; plugin chains. */
  public static final SpecVersion V0_3_0 = new SpecVersion(0, 3, 0);

  /** As 0.3.0, said more clearly. */
  public static final SpecVersion V0_3_1 = new SpecVersion(0, 3, 1);

  /** CHECK, and the previous result for DEL. */
  public static final SpecVersion V0_4_0 = new SpecVersion(0, 4, 0);

  /** Addresses no longer say their family. */
  public static final SpecVersion V1_0_0 = new SpecVersion(1, 0, 0);

  /** STATUS and GC. */
  public static final SpecVersion V1_1_0 = new SpecVersion(1, 1, 0);

  /** The newest this library speaks. */
  public static final SpecVersion LATEST = V1_1_0;

  private static final Pattern FORM =
      Pattern.compile("(\\d{1,6})(?:\\.(\\d{1,6})(?:\\.(\\d{1,6}))?)?");
  private static final Comparator<SpecVersion> ORDER =
      Comparator.comparingInt(SpecVersion::major)
          .thenComparingInt(SpecVersion::minor)
          .thenComparingInt(SpecVersion::patch);

  /**
   * Reads one to three numbers with dots between, missing ones being zero; the empty text means
   * 0.1.0.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static SpecVersion parse(String text) {
    if (text.isEmpty()) {
      return V0_1_0;
    }
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "not a CNI version (want major.minor.patch): '" + text + "'");
    }
    return new SpecVersion(number(matcher, 1), number(matcher, 2), number(matcher, 3));
  }

  /** Whether this version is {@code other} or a later one. */
  public boolean isAtLeast(SpecVersion other) {
    return compareTo(other) >= 0;
  }

  @Override
  public int compareTo(SpecVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }

  private static int number(Matcher matcher, int group) {
    String digits = matcher.group(group);
    return digits == null ? 0 : Integer.parseInt(digits);
  }
}
