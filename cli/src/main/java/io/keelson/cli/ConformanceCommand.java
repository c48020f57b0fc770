package io.keelson.cli;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.keelson.cli.shell.CommandFailure;
import io.keelson.cli.shell.Terminal;
import io.keelson.conformance.Profile;
import io.keelson.conformance.Suite;
import io.keelson.conformance.SuiteSettings;
import io.keelson.conformance.TestOutcome;
import io.keelson.conformance.image.TestImage;
import io.keelson.conformance.report.HtmlReport;
import io.keelson.conformance.report.JunitXmlReport;
import io.keelson.conformance.report.Run;
import io.keelson.conformance.report.TerminalReport;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import io.keelson.runtime.v1.VersionRequest;
import io.keelson.runtime.v1.VersionResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code keelson conformance}: asks any CRI runtime whether it keeps the contract. */
@Command(
    name = "conformance",
    description = "Tests whether a CRI runtime keeps the contract.",
    mixinStandardHelpOptions = true)
final class ConformanceCommand implements Callable<Integer> {
  private static final Duration REACH_LIMIT = Duration.ofSeconds(10);

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
      description = "Profiles to run, such as core,images; default all but benchmark.")
  private List<String> profiles = List.of();

  @Option(
      names = "--name",
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
      names = "--time-limit",
      paramLabel = "TIME",
      description = "Limit for each call and each test, such as 30s; default 1m.")
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

  @Option(
      names = "--restart-command",
      paramLabel = "COMMAND",
      description = "Shell command that restarts the runtime, for the profile restart.")
  private String restartCommand = "";

  @Option(
      names = "--image-prefix",
      paramLabel = "PREFIX",
      description =
          "What comes before the names of the test images, such as registry.example/test, where"
              + " the runtime has them or pulls them; default: they are pulled from a registry of"
              + " the suite's on 127.0.0.1.")
  private String imagePrefix = "";

  @Option(
      names = "--export-images",
      paramLabel = "FOLDER",
      description =
          "Writes the test images there, as files to load into a runtime or to push to a registry,"
              + " under names with the prefix, and runs no test.")
  private @Nullable Path exportImages;

  @Option(
      names = "--folder",
      paramLabel = "FOLDER",
      description =
          "A folder that runtime and suite see under the same path, for logs and mounted files;"
              + " default ${DEFAULT-VALUE}.")
  private Path folder = Path.of(System.getProperty("java.io.tmpdir"));

  @Option(names = "--html", paramLabel = "FILE", description = "Writes a page for people.")
  private @Nullable Path html;

  @Option(
      names = "--junit-xml",
      paramLabel = "FILE",
      description = "Writes what continuous integration servers read.")
  private @Nullable Path junitXml;

  @Option(names = "--list", description = "Prints the names of the tests and runs none.")
  private boolean list;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (exportImages != null) {
      export(exportImages);
      return 0;
    }
    Suite suite = new Suite(settings());
    if (list) {
      suite.names().forEach(System.out::println);
      return 0;
    }
    Endpoint runtime = unix("--endpoint", endpoint);
    Endpoint images = imageEndpoint == null ? runtime : unix("--image-endpoint", imageEndpoint);
    if (suite.names().isEmpty()) {
      throw CommandFailure.wrongUsage("no test has such a name; see them with --list");
    }
    return run(suite, runtime, images);
  }

  private void export(Path to) throws IOException {
    if (imagePrefix.isEmpty()) {
      throw CommandFailure.wrongUsage(
          "say what the images' names are to begin with: --image-prefix registry.example/test");
    }
    Files.createDirectories(to);
    for (TestImage image : TestImage.all()) {
      String name = image.nameAt(imagePrefix);
      Path file = to.resolve(image.fileName());
      Files.write(file, image.archive(name));
      System.out.println(file + "  " + name);
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

  private SuiteSettings settings() {
    if (!Files.isDirectory(folder)) {
      throw CommandFailure.wrongUsage("--folder %s is no folder".formatted(folder));
    }
    SuiteSettings.Builder settings =
        SuiteSettings.in(folder)
            .name(name)
            .runtimeHandler(handler)
            .cgroupParent(cgroupParent)
            .imagePrefix(imagePrefix)
            .restartCommand(restartCommand)
            .timeLimit(timeLimit)
            .parallelism(parallelism)
            .repeat(repeat);
    try {
      if (!profiles.isEmpty()) {
        settings.profiles(
            profiles.stream().map(Profile::named).collect(Collectors.toUnmodifiableSet()));
      }
      return settings.build();
    } catch (IllegalArgumentException e) {
      throw CommandFailure.wrongUsage(String.valueOf(e.getMessage()));
    }
  }

  private int run(Suite suite, Endpoint runtime, Endpoint images)
      throws IOException, InterruptedException {
    TerminalReport report = new TerminalReport(System.out, Terminal.hasColour());
    try (EventLoops loops = EventLoops.create(1)) {
      ManagedChannel runtimeChannel = loops.channel(runtime, null);
      ManagedChannel imageChannel = loops.channel(images, null);
      try {
        String name = runtimeName(runtimeChannel, runtime);
        Instant began = Instant.now();
        long start = System.nanoTime();
        List<TestOutcome> outcomes = suite.run(runtimeChannel, imageChannel, report);
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Run run = new Run(name, runtime.toString(), began, took, outcomes);
        report.summary(run);
        if (html != null) {
          HtmlReport.write(run, Suite.coverage(), html);
        }
        if (junitXml != null) {
          JunitXmlReport.write(run, junitXml);
        }
        return run.passed() ? 0 : 1;
      } finally {
        runtimeChannel.shutdownNow();
        imageChannel.shutdownNow();
      }
    }
  }

  /** Asked once before anything else, so that a wrong endpoint shows at once and as what it is. */
  private static String runtimeName(ManagedChannel channel, Endpoint endpoint) {
    try {
      VersionResponse version =
          RuntimeServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(REACH_LIMIT)
              .version(VersionRequest.getDefaultInstance());
      return version.getRuntimeName() + " " + version.getRuntimeVersion();
    } catch (StatusRuntimeException e) {
      throw CommandFailure.wrongUsage(
          "no CRI v1 runtime answers at %s: %s".formatted(endpoint, e.getMessage()));
    }
  }
}
