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
 * @param imagePrefix what stands before the names of the test images where the runtime has them
 *     already or pulls them, such as {@code registry.example/test}; empty to have them pulled from
 *     the suite's own registry
 * @param restartCommand a shell command that restarts the runtime; empty when there is none
 * @param timeLimit how long one call and one test may take
 * @param parallelism how many tests run at a time, at least 1
 * @param repeat how many times the whole is run, at least 1
 * @param folder an existing folder, which runtime and suite see under the same path; each run makes
 *     one of its own there for logs and mounted files, and deletes it
 */
public record SuiteSettings(
    Set<Profile> profiles,
    String name,
    String runtimeHandler,
    String cgroupParent,
    String imagePrefix,
    String restartCommand,
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

  /** Begins with the usual: all profiles but those that only measure, once, a test at a time. */
  public static Builder in(Path folder) {
    return new Builder(folder);
  }

  /** Settings in the making. Not thread-safe. */
  public static final class Builder {
    private final Path folder;
    private Set<Profile> profiles = Profile.usual();
    private String name = "";
    private String runtimeHandler = "";
    private String cgroupParent = "";
    private String imagePrefix = "";
    private String restartCommand = "";
    private Duration timeLimit = Duration.ofMinutes(1);
    private int parallelism = 1;
    private int repeat = 1;

    private Builder(Path folder) {
      this.folder = folder;
    }

    /** The profiles to run. */
    public Builder profiles(Set<Profile> selected) {
      profiles = selected;
      return this;
    }

    /** A part of the names of the tests to run. */
    public Builder name(String part) {
      name = part;
      return this;
    }

    /** The handler every pod is run with. */
    public Builder runtimeHandler(String handler) {
      runtimeHandler = handler;
      return this;
    }

    /** The cgroup parent of every pod. */
    public Builder cgroupParent(String parent) {
      cgroupParent = parent;
      return this;
    }

    /** What stands before the names of the test images where they can be had. */
    public Builder imagePrefix(String prefix) {
      imagePrefix = prefix;
      return this;
    }

    /** A shell command that restarts the runtime. */
    public Builder restartCommand(String command) {
      restartCommand = command;
      return this;
    }

    /** How long one call and one test may take. */
    public Builder timeLimit(Duration limit) {
      timeLimit = limit;
      return this;
    }

    /** How many tests run at a time. */
    public Builder parallelism(int tests) {
      parallelism = tests;
      return this;
    }

    /** How many times the whole is run. */
    public Builder repeat(int times) {
      repeat = times;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException when one is out of its limits
     */
    public SuiteSettings build() {
      return new SuiteSettings(
          profiles,
          name,
          runtimeHandler,
          cgroupParent,
          imagePrefix,
          restartCommand,
          timeLimit,
          parallelism,
          repeat,
          folder);
    }
  }
}
