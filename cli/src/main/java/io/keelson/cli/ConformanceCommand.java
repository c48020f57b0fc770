package io.keelson.cli;

import io.grpc.ManagedChannel;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.conformance.Profile;
import io.keelson.conformance.Suite;
import io.keelson.conformance.SuiteSettings;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.conformance.report.TerminalReport;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson conformance}: asks any CRI runtime whether it keeps the contract. */
@Command(
    name = "conformance",
    description = "Tests whether a CRI runtime keeps the contract.",
    mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
  @Option(
      names = "--endpoint",
      paramLabel = "ENDPOINT",
      description = "Unix socket of the runtime, such as unix:///run/containerd/containerd.sock.")
  private @Nullable Endpoint endpoint;

  @Option(
      names = "--image-endpoint",
      paramLabel = "ENDPOINT",
      description = "Unix socket of its image service; default: that of the runtime.")
  private @Nullable Endpoint imageEndpoint;

  @Option(
      names = "--profile",
      paramLabel = "PROFILE",
      split = ",",
      description = "Profiles to run, such as core,images; default all.")
  private List<String> profiles = List.of();

  @Option(
      names = "--test",
      paramLabel = "PART",
      description = "Runs only tests with this in their names.")
  private String name = "";

  @Option(
      names = "--runtime-handler",
      paramLabel = "NAME",
      description = "Runs every pod with this handler.")
  private String handler = "";

  @Option(
      names = "--cgroup-parent",
      paramLabel = "CGROUP",
      description = "Cgroup parent of every pod.")
  private String cgroupParent = "";

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description = "Limit for each call and each test; default ${DEFAULT-VALUE}.")
  private Duration timeLimit = Duration.ofMinutes(1);

  @Option(
      names = "--parallel",
      paramLabel = "N",
      description = "Tests at a time; default ${DEFAULT-VALUE}.")
  private int parallelism = 1;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Runs everything so many times; default ${DEFAULT-VALUE}.")
  private int repeat = 1;

  @Option(names = "--list", description = "Prints the names of the tests and runs none.")
  private boolean list;

  @Override
  public Integer call() throws IOException {
    Set<Profile> selected = selected();
    Path folder = Files.createTempDirectory("keelson-conformance-");
    try {
      Suite suite = new Suite(settings(selected, folder));
      if (list) {
        suite.names().forEach(System.out::println);
        return 0;
      }
      Endpoint runtime = unix("--endpoint", endpoint);
      Endpoint images = imageEndpoint == null ? runtime : unix("--image-endpoint", imageEndpoint);
      return run(suite, runtime, images);
    } finally {
      removeTree(folder);
    }
  }

  private static Endpoint unix(String option, @Nullable Endpoint endpoint) {
    if (endpoint instanceof Endpoint.Unix) {
      return endpoint;
    }
    throw CommandFailure.wrongUsage(
        "say which runtime to test by its unix socket: %s unix:///path/to/its.sock"
            .formatted(option));
  }

  private static void removeTree(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }

  private Set<Profile> selected() {
    Set<Profile> selected = EnumSet.noneOf(Profile.class);
    for (String wanted : profiles) {
      selected.add(
          Arrays.stream(Profile.values())
              .filter(profile -> profile.toString().equals(wanted))
              .findAny()
              .orElseThrow(() ->
                  CommandFailure.wrongUsage(
                      "there is no profile '%s'; there are: %s".formatted(wanted, names()))));
    }
    return selected.isEmpty() ? EnumSet.allOf(Profile.class) : selected;
  }

  private static String names() {
    return Arrays.stream(Profile.values()).map(Profile::toString).collect(Collectors.joining(", "));
  }

  private SuiteSettings settings(Set<Profile> selected, Path folder) {
    try {
      return new SuiteSettings(
          selected, name, handler, cgroupParent, timeLimit, parallelism, repeat, folder);
    } catch (IllegalArgumentException e) {
      throw CommandFailure.wrongUsage(String.valueOf(e.getMessage()));
    }
  }

  private static int run(Suite suite, Endpoint runtime, Endpoint images) throws IOException {
    TerminalReport report = new TerminalReport(System.out);
    try (EventLoops loops = EventLoops.create(1)) {
      ManagedChannel runtimeChannel = loops.channel(runtime, null);
      ManagedChannel imageChannel = loops.channel(images, null);
      try {
        List<TestOutcome> outcomes = suite.run(runtimeChannel, imageChannel, report);
        report.summary(outcomes);
        if (outcomes.isEmpty()) {
          throw CommandFailure.wrongUsage("no test has such a name; see them with --list");
        }
        return outcomes.stream().anyMatch(o -> o.verdict() == Verdict.FAILED) ? 1 : 0;
      } finally {
        runtimeChannel.shutdownNow();
        imageChannel.shutdownNow();
      }
    }
  }
}
