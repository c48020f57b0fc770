package io.keelson.cli;

/** For whom a command prints. */
enum OutputFormat {
  /** People. */
  TEXT,
  /** Scripts. */
  JSON
}
