package io.keelson.runtime.docker.engine;

/** A version of the Docker Engine API, such as {@code 1.41}. Immutable. */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {

  /**
   * Reads {@code 1.41}.
   *
   * @throws IllegalArgumentException when the text is not two numbers joined by a dot
   */
  public static ApiVersion parse(String text) {
    int dot = text.indexOf('.');
    try {
      return new ApiVersion(
          Integer.parseInt(text, 0, dot, 10), Integer.parseInt(text, dot + 1, text.length(), 10));
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not an API version like 1.41", e);
    }
  }

  @Override
  public int compareTo(ApiVersion other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
