package io.keelson.conformance.report;

import io.keelson.conformance.Profile;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.TestOutcome.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A run that is over.
 *
 * @param runtime the runtime's name and version, by its own word
 * @param endpoint where it was reached
 * @param began when the run began
 * @param took how long it took
 * @param outcomes one for each test and repetition
 */
public record Run(
    String runtime, String endpoint, Instant began, Duration took, List<TestOutcome> outcomes) {

  /** Copies the list. */
  public Run {
    outcomes = List.copyOf(outcomes);
  }

  /** Whether the runtime keeps what it was asked about, each time the same. */
  public boolean passed() {
    return count(Verdict.FAILED) == 0 && flaky().isEmpty();
  }

  long count(Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).count();
  }

  /** Profiles of which a test was run, in their order. */
  List<Profile> profiles() {
    return Arrays.stream(Profile.values()).filter(profile -> !of(profile).isEmpty()).toList();
  }

  List<TestOutcome> of(Profile profile) {
    return outcomes.stream().filter(outcome -> outcome.profile() == profile).toList();
  }

  List<TestOutcome> of(Verdict verdict) {
    return outcomes.stream().filter(outcome -> outcome.verdict() == verdict).toList();
  }

  /** Tests that ended in different ways when they were repeated. */
  List<String> flaky() {
    TreeMap<String, Set<Verdict>> verdicts =
        outcomes.stream()
            .collect(
                Collectors.groupingBy(
                    TestOutcome::fullName,
                    TreeMap::new,
                    Collectors.mapping(
                        TestOutcome::verdict,
                        Collectors.toCollection(() -> EnumSet.noneOf(Verdict.class)))));
    return verdicts.entrySet().stream()
        .filter(entry -> entry.getValue().size() > 1)
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .toList();
  }
}
