package io.keelson.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.keelson.conformance.TestOutcome.Verdict;
import io.keelson.runtime.fake.FakeBackend;
import io.keelson.runtime.server.RuntimeServer;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.EventLoops;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeServiceGrpc;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The healthy fake keeps the whole contract, as far as one without programs can. */
final class FakeBackendConformanceTest {
  /** What the fake does not have, as the reasons of tests that do not apply say it. */
  private static final List<String> LACKS =
      List.of(
          "the runtime runs no programs",
          "the runtime makes images up",
          "user_namespaces_host_network",
          "does not announce user namespaces",
          "tells no pressure",
          "does not announce recursive_read_only_mounts",
          "does not serve Checkpoint");

  @TempDir private Path folder = Path.of("");

  @Test
  void theFakeBackendPassesEveryTestAndNothingIsLeftOver() throws Exception {
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock").toAbsolutePath());
    SuiteSettings settings = SuiteSettings.in(folder).runtimeHandler("fake").build();
    List<TestOutcome> heard = new ArrayList<>();
    try (RuntimeServer server =
            RuntimeServer.builder()
                .listen(endpoint)
                .backend(new FakeBackend(Clock.systemUTC()))
                .build();
        EventLoops loops = EventLoops.create(1)) {
      server.start();
      ManagedChannel channel = loops.channel(endpoint, null);
      try {
        List<TestOutcome> outcomes = new Suite(settings).run(channel, channel, heard::add);

        assertThat(outcomes)
            .filteredOn(outcome -> outcome.verdict() == Verdict.FAILED)
            .extracting(outcome -> outcome.fullName() + ": " + outcome.reason())
            .isEmpty();
        assertThat(outcomes)
            .filteredOn(outcome -> outcome.verdict() == Verdict.NOT_APPLICABLE)
            .extracting(TestOutcome::reason)
            .allMatch(
                reason -> LACKS.stream().anyMatch(reason::contains),
                "names what the fake is known to lack");
        assertThat(outcomes)
            .isEqualTo(heard)
            .extracting(TestOutcome::fullName)
            .containsExactlyInAnyOrderElementsOf(new Suite(settings).names());
        assertThat(outcomes).allMatch(outcome -> !outcome.specification().isEmpty());
        assertThat(
                RuntimeServiceGrpc.newBlockingStub(channel)
                    .listPodSandbox(ListPodSandboxRequest.getDefaultInstance())
                    .getItemsList())
            .isEmpty();
      } finally {
        channel.shutdownNow();
      }
    }
  }
}
