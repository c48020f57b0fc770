package io.keelson.conformance;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.grpc.Channel;
import io.keelson.conformance.coverage.Coverage;
import io.keelson.conformance.coverage.Exclusions;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.RunScope;
import io.keelson.conformance.image.TestImage;
import io.keelson.conformance.registry.ImageRegistry;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.engine.support.store.Namespace;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the selected tests against one runtime. Thread-safe: each call is a run of its own. */
public final class Suite {
  private final SuiteSettings settings;

  /** Creates a suite of the tests that the settings select. */
  public Suite(SuiteSettings settings) {
    this.settings = settings;
  }

  /** The full names of the selected tests, in alphabetical order. */
  public List<String> names() {
    try (LauncherSession session = LauncherFactory.openSession()) {
      TestPlan plan = session.getLauncher().discover(request());
      return plan.getRoots().stream()
          .flatMap(root -> plan.getDescendants(root).stream())
          .filter(TestIdentifier::isTest)
          .flatMap(test -> test.getSource().stream())
          .map(MethodSource.class::cast)
          .map(Suite::fullName)
          .sorted()
          .toList();
    }
  }

  /** What of CRI v1 the tests of all profiles assert. */
  public static Coverage coverage() {
    Map<String, List<String>> covered = new TreeMap<>();
    for (Profile profile : Profile.values()) {
      for (Class<?> tests : profile.classes()) {
        for (Method test : tests.getDeclaredMethods()) {
          Covers covers = test.getAnnotation(Covers.class);
          if (covers != null) {
            covered.put(
                profile + "/" + tests.getSimpleName() + "." + test.getName(),
                List.of(covers.value()));
          }
        }
      }
    }
    return Coverage.of(covered, Exclusions.ofTheSuite());
  }

  private static String fullName(MethodSource source) {
    Class<?> type = source.getJavaClass();
    return Profile.of(type) + "/" + type.getSimpleName() + "." + source.getMethodName();
  }

  /**
   * Runs the tests, and removes every pod and image that they made.
   *
   * @param runtime to the runtime service; stays open
   * @param images to the image service, often the same; stays open
   * @param listener told of each outcome
   * @return one outcome for each test and repetition
   * @throws IOException when the registry cannot be started, or the folder not be written to
   * @throws InterruptedException when the JVM is told to end meanwhile
   */
  public List<TestOutcome> run(Channel runtime, Channel images, OutcomeListener listener)
      throws IOException, InterruptedException {
    Leftovers leftovers = new Leftovers(runtime, images, settings.folder());
    leftovers.removeOfDeadRuns();
    String run = RunLabel.ofNewRun();
    try (ImageRegistry registry = ImageRegistry.serve(TestImage.all())) {
      RunScope scope =
          new RunScope(settings, run, leftovers.newFolder(run), registry, runtime, images);
      try (CleanUp _ = CleanUp.of(scope, leftovers)) {
        List<TestOutcome> outcomes = run(scope, listener);
        if (scope.gate().isClosed()) {
          throw new InterruptedException("the JVM ends before the run does");
        }
        return outcomes;
      }
    }
  }

  private List<TestOutcome> run(RunScope scope, OutcomeListener listener) {
    listener.begins(names().size() * settings.repeat());
    List<TestOutcome> outcomes = new ArrayList<>();
    for (int round = 0; round < settings.repeat() && !scope.gate().isClosed(); round++) {
      outcomes.addAll(runOnce(scope, listener));
    }
    return List.copyOf(outcomes);
  }

  private List<TestOutcome> runOnce(RunScope scope, OutcomeListener listener) {
    OutcomeCollector collector = new OutcomeCollector(scope, listener);
    try (LauncherSession session = LauncherFactory.openSession()) {
      session.getStore().put(Namespace.create(GivesRuntime.NAMESPACE), RunScope.KEY, scope);
      session.getLauncher().execute(request(), collector);
    }
    return collector.outcomes();
  }

  private LauncherDiscoveryRequest request() {
    LauncherDiscoveryRequestBuilder request =
        LauncherDiscoveryRequestBuilder.request()
            .configurationParameter(
                "junit.jupiter.execution.timeout.default", settings.timeLimit().toMillis() + " ms")
            .configurationParameter(
                "junit.jupiter.execution.parallel.enabled",
                Boolean.toString(settings.parallelism() > 1))
            .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
            .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
            .configurationParameter(
                "junit.jupiter.execution.parallel.config.fixed.parallelism",
                Integer.toString(settings.parallelism()))
            .filters((PostDiscoveryFilter) this::named);
    settings.profiles().stream()
        .sorted()
        .flatMap(profile -> profile.classes().stream())
        .forEach(tests -> request.selectors(selectClass(tests)));
    return request.build();
  }

  private FilterResult named(TestDescriptor test) {
    return FilterResult.includedIf(
        !(test.getSource().orElse(null) instanceof MethodSource source)
            || fullName(source)
                .toLowerCase(Locale.ROOT)
                .contains(settings.name().toLowerCase(Locale.ROOT)));
  }
}
