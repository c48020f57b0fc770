package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson doctor}, on whatever machine the test runs. */
final class DoctorCommandTest {
  private static final String[] CHECKS = {
    "Java",
    "Root",
    "Docker Engine",
    "Control groups",
    "CNI plugins",
    "CNI configuration",
    "iptables",
    "CAP_SYS_RESOURCE",
    "Disk space"
  };

  @Test
  void tellsEveryCheckAndFailsExactlyWhenOneHasFailed(@TempDir Path folder) throws Exception {
    String nowhere = "unix://" + folder.resolve("docker.sock");

    CommandRun json = CommandRun.of("doctor", "--engine", nowhere, "--output", "json");
    CommandRun text = CommandRun.of("doctor", "--engine", nowhere);

    List<String> checks = new ArrayList<>();
    boolean failed = false;
    for (JsonNode finding : new ObjectMapper().readTree(json.out())) {
      String check = finding.get("check").asText();
      String verdict = finding.get("verdict").asText();
      checks.add(check);
      failed |= verdict.equals("FAILED");
      if (verdict.equals("FAILED")) {
        assertThat(finding.get("remedy").asText()).as(check).isNotEmpty();
        assertThat(text.out()).containsPattern("failed  +" + check);
      }
      if (check.equals("Docker Engine")) {
        assertThat(verdict).isNotEqualTo("OK");
        assertThat(finding.get("detail").asText()).contains(nowhere);
      }
    }
    assertThat(checks).containsExactly(CHECKS);
    assertThat(text.out()).contains(CHECKS);
    assertThat(json.status()).isEqualTo(failed ? 1 : 0);
    assertThat(text.status()).isEqualTo(json.status());
  }
}
