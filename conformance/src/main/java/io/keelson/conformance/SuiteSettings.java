package io.keelson.conformance;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;

/**
 * What is run, and how.
 *
 * @param profiles the profiles to run; not empty
 * @param name a part of the names of the tests to run, or empty for all
 * @param runtimeHandler the handler every pod is run with; empty for the runtime's default
 * @param cgroupParent the cgroup parent of every pod; empty to leave the choice to the runtime
 * @param timeLimit how long one call and one test may take
 * @param parallelism how many tests run at a time, at least 1
 * @param repeat how many times the whole is run, at least 1
 * @param folder an existing folder for logs, which runtime and suite see under the same path
 */
public record SuiteSettings(
    Set<Profile> profiles,
    String name,
    String runtimeHandler,
    String cgroupParent,
    Duration timeLimit,
    int parallelism,
    int repeat,
    Path folder) {

  /** Checks the limits. */
  public SuiteSettings {
    profiles = Set.copyOf(profiles);
    if (profiles.isEmpty()) {
      throw new IllegalArgumentException("no profile is selected; name at least one");
    }
    if (timeLimit.toMillis() <= 0) {
      throw new IllegalArgumentException("time limit " + timeLimit + " is not positive");
    }
    if (parallelism < 1 || repeat < 1) {
      throw new IllegalArgumentException(
          "parallelism %d and repeat %d must be at least 1".formatted(parallelism, repeat));
    }
  }
}
