package io.keelson.runtime.log;

/** The output stream of a container that a log entry came from. */
public enum LogStream {
  /** Standard output; of a container with a terminal, everything it prints. */
  STDOUT("stdout"),
  /** Standard error. */
  STDERR("stderr");

  private final String wireName;

  LogStream(String wireName) {
    this.wireName = wireName;
  }

  /** The name as it stands in a log line. */
  public String wireName() {
    return wireName;
  }
}
