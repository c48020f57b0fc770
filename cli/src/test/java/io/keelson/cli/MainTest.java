package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every command has in common. */
final class MainTest {
  private static final List<String> COMMANDS =
      List.of(
          "up",
          "serve",
          "agent",
          "pods",
          "logs",
          "exec",
          "conformance",
          "doctor",
          "debug",
          "debug state",
          "version");

  @Test
  void helpNamesEveryCommandAndTheExitStatuses() {
    CommandRun help = CommandRun.of("--help");

    assertThat(help.status()).isZero();
    assertThat(help.out())
        .contains("Exit status: 0 done, 1 failed, 2 wrong usage.", "keelson up --once");
    for (String command : COMMANDS) {
      assertThat(help.out()).contains("  " + command.split(" ", -1)[0] + " ");
    }
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command : COMMANDS) {
      CommandRun help = CommandRun.of((command + " --help").split(" ", -1));

      assertThat(help.status()).as(command).isZero();
      assertThat(help.out()).as(command).startsWith("Usage: keelson " + command);
      assertThat(help.err()).as(command).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "            | a command is missing",
        "surf        | serve",
        "version -x  | Unknown option: '-x'",
        "pods --endpoint keelson.sock | unix:///",
        "pods --output xml | xml",
        "logs | Missing required parameter: 'POD'",
        "logs web --tail -1 | -1 is negative",
        "exec web | COMMAND",
        "agent | Missing required option: '--manifests=DIR'",
        "up --timeout 5x | '5x' is not a time; write a number and ms, s, m or h",
        "up --timeout 0s | '0s' is not a time",
        "up --handler hyperv | there is no backend 'hyperv'; there are: docker, fake",
        "up | name a manifest: keelson up POD.yaml",
        "serve --listen tcp:/x | tcp://",
        "serve --handler hyperv | there is no backend 'hyperv'; there are: docker, fake",
        "debug | COMMAND",
        "conformance | --endpoint unix:///path/to/its.sock",
        "conformance --profile nothing | there is no profile 'nothing'; there are: core, images",
        "conformance --parallel 0 | must be at least 1",
      })
  void wrongUsageIsToldOnStandardErrorWithStatus2(String words, String message) {
    CommandRun run = CommandRun.of(words == null ? new String[0] : words.split(" ", -1));

    assertThat(run.err()).contains(message);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"version", "--version"})
  void theVersionIsOneLine(String word) {
    CommandRun run = CommandRun.of(word);

    assertThat(run.status()).isZero();
    assertThat(run.out().lines()).singleElement().asString().startsWith("keelson ");
  }
}
