package io.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.grpc.ManagedChannel;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.fake.fault.Fault;
import io.keelson.runtime.fake.fault.Faults;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The suite can fail for every reason it claims: each planted fault is caught by its own test. */
final class PlantedFaultsTest {
  private static final int AT_A_TIME = 8;
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @TempDir private Path folder = Path.of("");

  /**
   * How the suite catches a fault.
   *
   * @param test the full name of the test that must fail
   * @param words what its reason must say
   */
  private record Catch(String test, String words) {}

  @TestFactory
  Stream<DynamicTest> theSuiteCatches() throws IOException {
    Map<String, Catch> catches = catches();
    ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
    Map<Fault, Future<TestOutcome>> outcomes = new HashMap<>();
    for (Fault fault : Faults.all()) {
      outcomes.put(fault, threads.submit(() -> run(fault, catchOf(catches, fault).test())));
    }
    return Faults.all().stream()
        .map(fault ->
            dynamicTest(
                fault.name(),
                () -> {
                  TestOutcome outcome = Objects.requireNonNull(outcomes.get(fault)).get();
                  assertThat(outcome.verdict())
                      .as("%s of a runtime that %s", outcome.fullName(), fault.wrong())
                      .isEqualTo(Verdict.FAILED);
                  assertThat(outcome.reason()).contains(catchOf(catches, fault).words());
                }))
        .onClose(threads::shutdownNow);
  }

  private static Catch catchOf(Map<String, Catch> catches, Fault fault) {
    return Objects.requireNonNull(catches.get(fault.name()), "catches.properties lacks " + fault);
  }

  private TestOutcome run(Fault fault, String test) throws IOException, InterruptedException {
    Path own = Files.createDirectory(folder.resolve(fault.name()));
    Endpoint.Unix endpoint = new Endpoint.Unix(own.resolve("cri.sock").toAbsolutePath());
    Set<Profile> all = EnumSet.allOf(Profile.class);
    SuiteSettings settings =
        SuiteSettings.in(own)
            .profiles(all)
            .name(test)
            .runtimeHandler("fake")
            .timeLimit(LIMIT)
            .build();
    try (RuntimeServer server =
            RuntimeServer.builder()
                .listen(endpoint)
                .backend(fault.plant(new FakeBackend(Clock.systemUTC())))
                .build();
        EventLoops loops = EventLoops.create(1)) {
      server.start();
      ManagedChannel channel = loops.channel(endpoint, null);
      try {
        List<TestOutcome> outcomes = new Suite(settings).run(channel, channel, _ -> {});
        assertThat(outcomes).extracting(TestOutcome::fullName).containsExactly(test);
        return outcomes.getFirst();
      } finally {
        channel.shutdownNow();
      }
    }
  }

  @Test
  void everyFaultHasItsTestAndIsOnThePage() throws IOException {
    Map<String, Catch> catches = catches();
    assertThat(catches.keySet())
        .containsExactlyInAnyOrderElementsOf(Faults.all().stream().map(Fault::name).toList());
    Path made = Path.of("target/planted-faults.md").toAbsolutePath();
    Files.writeString(made, page(catches));
    assertThat(Path.of("../docs/planted-faults.md"))
        .as("docs/planted-faults.md is made from the code: copy %s over it", made)
        .hasSameTextualContentAs(made);
  }

  private static String page(Map<String, Catch> catches) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "# Planted faults",
                "",
                "The fake backend can break the contract in one way at a time, so that the"
                    + " conformance suite has something to catch, and authors of runtimes can see"
                    + " what a report says then:",
                "",
                "```yaml",
                "backends:",
                "  fake:",
                "    fault: exit-code-lost",
                "```",
                "",
                "Each is caught by the test beside it, which the build proves.",
                "",
                "| fault | the runtime then ... | caught by |",
                "|---|---|---|"));
    for (Fault fault : Faults.all()) {
      lines.add(
          "| `%s` | %s | `%s` |"
              .formatted(fault.name(), fault.wrong(), catchOf(catches, fault).test()));
    }
    return String.join("\n", lines) + "\n";
  }

  /** By the names of faults; the file has the test and the words, with a bar between. */
  private static Map<String, Catch> catches() throws IOException {
    Properties table = new Properties();
    try (InputStream in =
        Objects.requireNonNull(PlantedFaultsTest.class.getResourceAsStream("catches.properties"))) {
      table.load(in);
    }
    Map<String, Catch> catches = new HashMap<>();
    for (String fault : table.stringPropertyNames()) {
      String[] parts = table.getProperty(fault, "").split(" \\| ", 2);
      catches.put(fault, new Catch(parts[0], parts[1]));
    }
    return catches;
  }
}
