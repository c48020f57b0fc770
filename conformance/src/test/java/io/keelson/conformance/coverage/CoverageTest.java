package io.keelson.conformance.coverage;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.conformance.Suite;
import io.keelson.conformance.coverage.Coverage.Field;
import io.keelson.conformance.coverage.Coverage.Rpc;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CoverageTest {
  private static final Exclusions NONE = new Exclusions(Map.of());

  private final Coverage suite = Suite.coverage();

  @Test
  void everyFieldOfTheProtocolIsAssertedOrHasAReason() throws IOException {
    assertThat(suite.missing()).containsExactlyElementsOf(notYet());
  }

  /** What is still owed; nothing may be added to it. */
  private static List<String> notYet() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(CoverageTest.class.getResourceAsStream("not-yet.txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void testsAndReasonsNameOnlyWhatTheProtocolHas() {
    assertThat(suite.unknown()).isEmpty();
  }

  @Test
  void noFieldThatATestAssertsHasAReasonWhyNoneDoes() {
    assertThat(suite.fields())
        .filteredOn(field -> !field.tests().isEmpty() && !field.reason().isEmpty())
        .extracting(Field::fullName)
        .isEmpty();
  }

  @Test
  void fieldsAreFoundHoweverDeepTheyAreAndThoseOfMapsAreNot() {
    Coverage coverage = Coverage.of(Map.of(), NONE);

    assertThat(coverage.missing())
        .contains(
            "VersionRequest.version",
            "LinuxSandboxSecurityContext.seccomp",
            "SecurityProfile.profile_type",
            "FilesystemIdentifier.mountpoint")
        .doesNotContain("LabelsEntry.key");
    assertThat(coverage.rpcs())
        .extracting(Rpc::name)
        .contains("RuntimeService/RunPodSandbox", "ImageService/ImageFsInfo");
  }

  @Test
  void aFieldIsCoveredByTheTestsThatNameItAndSoIsTheRpcWhoseItIs() {
    Coverage coverage =
        Coverage.of(
            Map.of("core/A.b", List.of("VersionRequest.version", "Version.nothing")),
            new Exclusions(Map.of("WindowsPodSandboxConfig.*", "not Linux", "No.such", "x")));

    assertThat(coverage.rpcs())
        .filteredOn(rpc -> !rpc.tests().isEmpty())
        .containsExactly(new Rpc("RuntimeService/Version", Set.of("core/A.b")));
    assertThat(coverage.unknown()).containsExactlyInAnyOrder("Version.nothing", "No.such");
    assertThat(coverage.missing())
        .doesNotContain("VersionRequest.version")
        .noneMatch(name -> name.startsWith("WindowsPodSandboxConfig."));
  }
}
