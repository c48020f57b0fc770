package io.keelson.cli.config;

import java.util.List;

/** A configuration that cannot be used, with all that is wrong with it. */
public final class ConfigurationException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  /**
   * Creates the exception.
   *
   * @param source the file, or what else the configuration came from
   * @param problems at least one, each a sentence that says where and what
   */
  public ConfigurationException(String source, List<String> problems) {
    super(source + ":\n  " + String.join("\n  ", problems));
    this.problems = List.copyOf(problems);
  }

  /** Everything that is wrong. */
  public List<String> problems() {
    return problems;
  }
}
