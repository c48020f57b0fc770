package io.keelson.node.agent.manifest;

/**
 * One thing wrong with a manifest.
 *
 * @param source the file it is in
 * @param line the line, counted from 1; 0 when it is about the whole file
 * @param path the key it is about, such as {@code spec.containers[0].image}; may be empty
 * @param message what is wrong and what to write instead
 */
public record ManifestProblem(String source, int line, String path, String message) {
  /** The problem in one line, as compilers print it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(source);
    if (line > 0) {
      text.append(':').append(line);
    }
    text.append(": ");
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append(message).toString();
  }
}
