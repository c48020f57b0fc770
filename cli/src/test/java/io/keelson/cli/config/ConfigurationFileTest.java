package io.keelson.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.spi.RuntimeBackendFactory;
import io.keelson.runtime.streaming.StreamingSettings;
import io.keelson.runtime.streaming.StreamingTls;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.transport.TlsSettings;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationFileTest {
  private static final Map<String, RuntimeBackendFactory> FACTORIES =
      Map.of(
          "docker", factory("docker", "endpoint", "registry.mirrors.*"),
          "fake", factory("fake"));

  @Test
  void an_empty_file_means_the_defaults() throws ConfigurationException {
    assertThat(parse("")).isEqualTo(DaemonConfiguration.DEFAULTS);
    assertThat(parse("# nothing\n")).isEqualTo(DaemonConfiguration.DEFAULTS);
  }

  @Test
  void the_defaults_are_those_the_documentation_names() throws ConfigurationException {
    DaemonConfiguration defaults = DaemonConfiguration.DEFAULTS;
    assertThat(defaults.listen())
        .containsExactly(new Endpoint.Unix(Path.of("/run/keelson/keelson.sock")));
    assertThat(defaults.tls()).isNull();
    assertThat(defaults.stateDirectory()).isEqualTo(Path.of("/var/lib/keelson"));
    assertThat(defaults.runDirectory()).isEqualTo(Path.of("/run/keelson"));
    assertThat(defaults.backends()).isEqualTo(Map.of("docker", Map.of()));
    assertThat(defaults.cni().confDirectory()).isEqualTo(Path.of("/etc/cni/net.d"));
    assertThat(defaults.cni().binDirectories())
        .containsExactly(Path.of("/opt/cni/bin"), Path.of("/usr/lib/cni"));
    assertThat(defaults.cni().cacheDirectory()).isEqualTo(Path.of("/var/lib/cni"));
    assertThat(defaults.cni().timeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(defaults.streaming())
        .isEqualTo(
            new StreamingSettings(
                "127.0.0.1", 0, null, null, Duration.ofHours(4), Duration.ofSeconds(30)));
    assertThat(defaults.logLevel()).isEqualTo("info");

    StringBuilder documented = new StringBuilder();
    for (ConfigurationKey key : ConfigurationKey.ALL) {
      if (!key.standard().startsWith("(")) {
        // A nested key in flow style, so that each stands on a line of its own.
        documented.append(nested(key.path(), key.standard())).append('\n');
      }
    }
    for (String line : documented.toString().split("\n", -1)) {
      assertThat(parse(line)).as(line).isEqualTo(DaemonConfiguration.DEFAULTS);
    }
  }

  private static String nested(String path, String value) {
    int dot = path.indexOf('.');
    return dot < 0
        ? path + ": " + value
        : path.substring(0, dot) + ": {" + path.substring(dot + 1) + ": " + value + "}";
  }

  @Test
  void every_key_arrives_where_it_belongs(@TempDir Path folder) throws Exception {
    for (String file : List.of("cert.pem", "key.pem", "ca.pem")) {
      Files.createFile(folder.resolve(file));
    }
    DaemonConfiguration configuration =
        parse(
            """
            listen:
              - unix:///tmp/a.sock
              - tcp://127.0.0.1:3910
            tls:
              certificate: %1$s/cert.pem
              key: %1$s/key.pem
              trusted: %1$s/ca.pem
            state-dir: /s
            run-dir: /r
            default-backend: fake
            backends:
              docker:
                endpoint: unix:///d.sock
                registry:
                  mirrors:
                    one: a
                    two: b
              fake:
            cni:
              conf-dir: /c
              bin-dirs: [/b1, /b2]
              cache-dir: /k
              timeout: 90s
            streaming:
              host: 0.0.0.0
              port: 10010
              base-url: https://node.example:10250/cri
              idle-timeout: 2h
              creation-timeout: 45s
              tls:
                certificate: %1$s/cert.pem
                key: %1$s/key.pem
                trusted: %1$s/ca.pem
            log-level: debug
            """
                .formatted(folder));
    assertThat(configuration)
        .isEqualTo(
            new DaemonConfiguration(
                List.of(
                    new Endpoint.Unix(Path.of("/tmp/a.sock")), new Endpoint.Tcp("127.0.0.1", 3910)),
                new TlsSettings(
                    folder.resolve("cert.pem"),
                    folder.resolve("key.pem"),
                    folder.resolve("ca.pem")),
                Path.of("/s"),
                Path.of("/r"),
                Map.of(
                    "fake",
                    Map.of(),
                    "docker",
                    Map.of(
                        "endpoint",
                        "unix:///d.sock",
                        "registry.mirrors.one",
                        "a",
                        "registry.mirrors.two",
                        "b")),
                new DaemonConfiguration.Cni(
                    Path.of("/c"),
                    List.of(Path.of("/b1"), Path.of("/b2")),
                    Path.of("/k"),
                    Duration.ofSeconds(90)),
                new StreamingSettings(
                    "0.0.0.0",
                    10010,
                    URI.create("https://node.example:10250/cri"),
                    new StreamingTls(
                        folder.resolve("cert.pem"),
                        folder.resolve("key.pem"),
                        folder.resolve("ca.pem")),
                    Duration.ofHours(2),
                    Duration.ofSeconds(45)),
                "debug"));
    assertThat(configuration.backends().keySet()).containsExactly("fake", "docker");
  }

  @Test
  void all_problems_are_told_at_once_by_line_with_what_may_have_been_meant() {
    assertThat(
            problems(
                """
                lissten: [unix:///a]
                state-dir: relative
                cni:
                  timeout: soon
                  conf-dirs: /x
                backends:
                  dokker: {}
                  docker:
                    endpiont: unix:///d.sock
                streaming:
                  port: many
                  base-url: here
                  tls: {key: /k}
                log-level: loud
                """))
        .containsExactly(
            "line 1: unknown key 'lissten'; did you mean 'listen'?",
            "line 2: state-dir: 'relative' is not an absolute path",
            "line 4: cni.timeout: 'soon' is not a time; write a number and ms, s, m or h, such as"
                + " 30s or 2m",
            "line 5: unknown key 'cni.conf-dirs'; did you mean 'cni.conf-dir'?",
            "line 7: unknown key 'backends.dokker'; did you mean 'backends.docker'?",
            "line 9: unknown key 'backends.docker.endpiont'; did you mean"
                + " 'backends.docker.endpoint'?",
            "line 11: streaming.port: 'many' is not a port; write 0 to 65535",
            "line 12: streaming.base-url: 'here' is not a URL; write https://node.example:10250 or"
                + " the like",
            "line 13: streaming.tls: needs certificate and key",
            "line 14: log-level: 'loud' is none of error, warn, info, debug, trace");
  }

  @Test
  void an_option_of_a_backend_without_options_is_refused() {
    assertThat(problems("backends: {fake: {speed: 3}}"))
        .containsExactly("line 1: unknown key 'backends.fake.speed'; there are none here");
  }

  @ParameterizedTest
  @ValueSource(strings = {"- a", "just text", "listen: {a: b}", "cni: 3", "cni: {timeout: 0s}"})
  void a_value_of_the_wrong_kind_is_refused(String text) {
    assertThat(problems(text)).hasSize(1);
  }

  @Test
  void broken_yaml_is_told_with_its_line() {
    assertThat(problems("listen:\n  - a\n bad"))
        .singleElement()
        .asString()
        .startsWith("line 3: this is not YAML: ");
  }

  @Test
  void the_same_key_twice_is_refused() {
    assertThat(problems("run-dir: /a\nrun-dir: /b")).singleElement().asString().contains("line 2");
  }

  @Test
  void tcp_without_tls_is_refused() {
    assertThat(problems("listen: ['tcp://127.0.0.1:1']"))
        .singleElement()
        .asString()
        .contains("tls.certificate");
  }

  @Test
  void a_default_backend_that_is_not_served_is_refused() {
    assertThat(problems("default-backend: fake"))
        .containsExactly(
            "line 1: default-backend: 'fake' is not among the backends served (docker); add it"
                + " below backends");
  }

  @Test
  void a_missing_file_is_told_by_name(@TempDir Path folder) {
    Path file = folder.resolve("none.yaml");
    ConfigurationException refused =
        catchThrowableOfType(
            ConfigurationException.class, () -> ConfigurationFile.read(file, FACTORIES));
    assertThat(refused).hasMessageContaining(file.toString()).hasMessageContaining("NoSuchFile");
  }

  private static DaemonConfiguration parse(String text) throws ConfigurationException {
    return ConfigurationFile.parse("test.yaml", text, FACTORIES);
  }

  private static List<String> problems(String text) {
    return catchThrowableOfType(ConfigurationException.class, () -> parse(text)).problems();
  }

  private static RuntimeBackendFactory factory(String name, String... options) {
    return new RuntimeBackendFactory() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Map<String, String> options() {
        Map<String, String> all = new java.util.TreeMap<>();
        for (String option : options) {
          all.put(option, "An option.");
        }
        return all;
      }

      @Override
      public RuntimeBackend create(BackendContext context) {
        throw new UnsupportedOperationException("reading a configuration makes no backend");
      }
    };
  }
}
