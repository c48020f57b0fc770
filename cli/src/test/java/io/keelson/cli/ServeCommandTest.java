package io.keelson.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.transport.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code keelson serve}: what it refuses, and how it ends. */
final class ServeCommandTest {
  @TempDir private Path folder;

  private CommandRun serve(String configuration, String... words) throws Exception {
    Path file = Files.writeString(folder.resolve("keelson.yaml"), configuration);
    String[] all = new String[words.length + 3];
    all[0] = "serve";
    all[1] = "--config";
    all[2] = file.toString();
    System.arraycopy(words, 0, all, 3, words.length);
    return CommandRun.of(all);
  }

  /** A configuration that would do, everything of it below the test's folder. */
  private String configuration() {
    return """
    state-dir: %1$s/state
    run-dir: %1$s/run
    listen: ["unix://%1$s/cri.sock"]
    backends: {fake: {}}
    log-level: info
    """
        .formatted(folder);
  }

  @Test
  void everythingWrongWithTheConfigurationIsToldAtOnce() throws Exception {
    CommandRun run =
        serve(
            """
            state-dri: /var/lib/keelson
            listen: [keelson.sock]
            backends:
              dokcer: {}
              docker: {endpiont: "unix:///d.sock"}
            cni: {timeout: soon}
            log-level: loud
            """);

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains("keelson.yaml")
        .contains("line 1: unknown key 'state-dri'; did you mean 'state-dir'?")
        .contains("line 2: listen: ")
        .contains("line 4: unknown key 'backends.dokcer'; did you mean 'backends.docker'?")
        .contains("line 5: unknown key 'backends.docker.endpiont'; did you mean")
        .contains("line 6: cni.timeout: 'soon' is not a time")
        .contains("line 7: log-level: 'loud' is none of error, warn, info, debug, trace");
    assertThat(folder.resolve("state")).doesNotExist();
  }

  @Test
  void aConfigurationThatIsNotThereIsNamed() {
    CommandRun run = CommandRun.of("serve", "--config", folder.resolve("none.yaml").toString());

    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .contains(folder.resolve("none.yaml").toString())
        .contains("cannot be read");
  }

  @Test
  void aTcpEndpointWithoutCertificatesIsRefused() throws Exception {
    CommandRun run = serve(configuration(), "--listen", "tcp://127.0.0.1:0");

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .contains("endpoint tcp://127.0.0.1:0 needs mutual TLS; give the keys tls.certificate");
  }

  @Test
  void aSocketThatALiveDaemonListensOnIsLeftToIt() throws Exception {
    try (FakeNode other = new FakeNode(folder)) {
      CommandRun run = serve(configuration(), "--listen", other.endpoint());

      assertThat(run.status()).isEqualTo(1);
      assertThat(run.err().lines())
          .singleElement()
          .asString()
          .isEqualTo(
              "keelson: the daemon cannot start: socket %s is in use by another process;"
                      .formatted(other.socket())
                  + " stop that one or choose another path");
      assertThat(other.client().version().getRuntimeName()).isEqualTo("fake");
    }
  }

  @Test
  void aFileInTheWayOfTheStateIsNamedAndStays() throws Exception {
    Path file = Files.writeString(folder.resolve("state"), "precious");

    CommandRun run = serve(configuration());

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("keelson: the daemon cannot start: folder " + file + "/fake cannot be made")
        .contains("configure another state-dir and run-dir");
    assertThat(file).hasContent("precious");
    assertThat(folder.resolve("cri.sock")).doesNotExist();
  }

  @Test
  void aFileInTheWayOfTheSocketIsNamedAndStays() throws Exception {
    Path file = Files.writeString(folder.resolve("cri.sock"), "precious");

    CommandRun run = serve(configuration());

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains(file + " exists and is not a socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void anUnknownFaultOfTheFakeIsRefused() throws Exception {
    CommandRun run =
        serve(configuration().replace("{fake: {}}", "{fake: {fault: exit-code-lots}}"));

    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("keelson: the daemon cannot start: there is no fault 'exit-code-lots'")
        .contains("exit-code-lost");
  }

  @Test
  void theFakeMisbehavesAsItIsConfigured() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("keelson.yaml"),
            configuration().replace("{fake: {}}", "{fake: {fault: version-without-runtime-name}}"));
    try (KeelsonProcess daemon =
        KeelsonProcess.start(folder, "serve", "--config", file.toString())) {
      Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock"));
      daemon.awaitOutput(endpoint.toString());
      try (RuntimeClient client = RuntimeClient.connect(endpoint)) {
        assertThat(client.version().getRuntimeName()).isEmpty();
      }
    }
  }

  @Test
  void servesUntilItIsToldToEndAndTakesItsSocketAlong() throws Exception {
    Path file = Files.writeString(folder.resolve("keelson.yaml"), configuration());
    Endpoint.Unix endpoint = new Endpoint.Unix(folder.resolve("cri.sock"));
    try (KeelsonProcess daemon =
        KeelsonProcess.start(folder, "serve", "--config", file.toString())) {
      daemon.awaitOutput(endpoint.toString());
      try (RuntimeClient client = RuntimeClient.connect(endpoint)) {
        assertThat(client.version().getRuntimeName()).isEqualTo("fake");
      }

      daemon.signal("TERM");

      assertThat(daemon.awaitExit()).isZero();
      assertThat(folder.resolve("cri.sock")).doesNotExist();
      assertThat(folder.resolve("cri.sock.lock")).doesNotExist();
    }
  }
}
