package io.keelson.cni;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.keelson.linux.NativeProcessGroups;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CniRuntimeTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Attachment ATTACHMENT =
      new Attachment(
          "c1",
          Path.of("/run/netns/c1"),
          "eth0",
          Map.of("K", "v"),
          CapabilityArguments.NONE
              .portMappings(List.of(new PortMapping(80, 8080, "TCP", "")))
              .cgroupPath("/pods/c1"));

  @TempDir Path directory;
  private Path bin;
  private Path cacheDir;
  private ScriptedPlugin first;
  private ScriptedPlugin second;
  private CniRuntime runtime;

  @BeforeEach
  void twoPlugins() throws Exception {
    bin = Files.createDirectory(directory.resolve("bin"));
    cacheDir = directory.resolve("cache");
    first = ScriptedPlugin.install(bin, "first").answers("ADD", result("10.0.0.2/8"));
    second = ScriptedPlugin.install(bin, "second").answers("ADD", result("10.0.0.3/8"));
    runtime = runtime(LIMIT);
  }

  @Test
  void addGivesEachPluginTheResultOfTheOneBeforeAndReturnsTheLast() throws Exception {
    NetworkResult result = runtime.add(network("1.0.0"), ATTACHMENT);

    assertThat(result.ips().getFirst().address()).isEqualTo("10.0.0.3");
    assertThat(ScriptedPlugin.calls(bin)).containsExactly("ADD first", "ADD second");
    JsonNode input = json(first.input("ADD"));
    assertThat(input.has("prevResult")).isFalse();
    assertThat(input.path("name").asText()).isEqualTo("n");
    assertThat(input.path("cniVersion").asText()).isEqualTo("1.0.0");
    assertThat(input.path("own").asText()).isEqualTo("kept");
    assertThat(json(second.input("ADD")).at("/prevResult/ips/0/address").asText())
        .isEqualTo("10.0.0.2/8");
  }

  @Test
  void theEnvironmentIsThatOfTheSpecification() throws Exception {
    runtime.add(network("1.0.0"), ATTACHMENT);

    assertThat(first.environment("ADD"))
        .isEqualTo(
            Map.of(
                "CNI_COMMAND", "ADD",
                "CNI_CONTAINERID", "c1",
                "CNI_NETNS", "/run/netns/c1",
                "CNI_IFNAME", "eth0",
                "CNI_ARGS", "K=v",
                "CNI_PATH", bin.toString()));
  }

  @Test
  void aPluginIsGivenOnlyTheCapabilitiesItDeclares() throws Exception {
    runtime.add(network("1.0.0"), ATTACHMENT);

    assertThat(json(first.input("ADD")).has("runtimeConfig")).isFalse();
    assertThat(json(second.input("ADD")).path("runtimeConfig"))
        .isEqualTo(
            json(
                """
                {"portMappings":[{"hostPort":80,"containerPort":8080,"protocol":"tcp"}]}
                """));
  }

  @Test
  void deleteGoesBackwardsWithTheCachedResult() throws Exception {
    runtime.add(network("1.0.0"), ATTACHMENT);
    runtime.delete(network("1.0.0"), ATTACHMENT.withNetworkNamespace(null));

    assertThat(ScriptedPlugin.calls(bin)).endsWith("DEL second", "DEL first");
    assertThat(json(first.input("DEL")).at("/prevResult/ips/0/address").asText())
        .isEqualTo("10.0.0.3/8");
    assertThat(json(second.input("DEL")).has("runtimeConfig")).isTrue();
    assertThat(first.environment("DEL")).containsEntry("CNI_NETNS", "");
    assertThat(cacheFiles()).isEmpty();

    runtime.delete(network("1.0.0"), ATTACHMENT);
    assertThat(json(first.input("DEL")).has("prevResult")).isFalse();
  }

  @Test
  void beforeVersion040DeleteGetsNoResult() throws Exception {
    runtime.add(network("0.3.1"), ATTACHMENT);
    runtime.delete(network("0.3.1"), ATTACHMENT);

    assertThat(json(first.input("DEL")).has("prevResult")).isFalse();
    assertThat(json(second.input("ADD")).at("/prevResult/ips/0/version").asText()).isEqualTo("4");
  }

  @Test
  void aFailedDeleteStopsAndKeepsTheAttachmentForAnotherTry() throws Exception {
    runtime.add(network("1.0.0"), ATTACHMENT);
    second.refuses("DEL", 11, "busy");

    assertThatThrownBy(() -> runtime.delete(network("1.0.0"), ATTACHMENT))
        .isInstanceOfSatisfying(
            PluginException.class,
            e -> {
              assertThat(e.code()).isEqualTo(11);
              assertThat(e.pluginType()).isEqualTo("second");
            })
        .hasMessage(
            "DEL of c1 on network 'n': CNI plugin second failed: busy; as scripted (code 11)");
    assertThat(ScriptedPlugin.calls(bin)).endsWith("DEL second");
    assertThat(cacheFiles()).hasSize(1);
  }

  @Test
  void aFailedAddIsUndoneInReverse() throws Exception {
    second.refuses("ADD", 999, "no");

    assertThatThrownBy(() -> runtime.add(network("1.0.0"), ATTACHMENT)).hasMessageContaining("no");

    assertThat(ScriptedPlugin.calls(bin))
        .containsExactly("ADD first", "ADD second", "DEL second", "DEL first");
    assertThat(cacheFiles()).isEmpty();
  }

  @Test
  void aPluginThatFailsToUndoDoesNotKeepTheOthersFromIt() throws Exception {
    second.refuses("ADD", 999, "no").refuses("DEL", 999, "never");

    assertThatThrownBy(() -> runtime.add(network("1.0.0"), ATTACHMENT))
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessageContaining("never"));

    assertThat(ScriptedPlugin.calls(bin)).endsWith("DEL second", "DEL first");
    assertThat(cacheFiles()).as("kept for another try").hasSize(1);
  }

  @Test
  void aSlowAddIsUndone() throws Exception {
    second.on("ADD", "sleep 600");

    assertThatThrownBy(() -> runtime(Duration.ofSeconds(1)).add(network("1.0.0"), ATTACHMENT))
        .hasMessageContaining(
            "CNI plugin " + bin.resolve("second") + " did not end within 1000 ms");

    assertThat(ScriptedPlugin.calls(bin)).endsWith("DEL second", "DEL first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gibberish",
        "[1]",
        "{\"ips\":[{\"address\":\"x\"}]}",
        "{\"cniVersion\":\"3.0.0\"}"
      })
  void aMalformedResultIsAFailureThatNamesThePluginAndIsUndone(String answer) throws Exception {
    first.answers("ADD", answer);

    assertThatThrownBy(() -> runtime.add(network("1.0.0"), ATTACHMENT))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("CNI plugin first gave a malformed result: ");

    assertThat(ScriptedPlugin.calls(bin)).endsWith("DEL second", "DEL first");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exit 3",
        "echo 'it broke' >&2; exit 3",
        "echo 'it broke'; exit 3",
        "printf 'it \\033[31m broke\\000'; exit 3",
        "kill -9 $$",
      })
  void aFailureThatIsNoErrorInJsonIsStillTold(String shell) throws Exception {
    first.on("ADD", shell);

    assertThatThrownBy(() -> runtime.add(network("1.0.0"), ATTACHMENT))
        .isInstanceOf(PluginException.class)
        .message()
        .contains("CNI plugin first ended with status ")
        .contains(shell.contains("broke") ? "broke" : "status")
        .doesNotContain("\u001b", "\u0000");
  }

  @Test
  void aMissingPluginIsFoundBeforeAnythingIsDone() throws Exception {
    Files.delete(bin.resolve("second"));

    assertThatThrownBy(() -> runtime.add(network("1.0.0"), ATTACHMENT))
        .isInstanceOf(PluginMissingException.class)
        .hasMessageContaining("'second'")
        .hasMessageContaining(bin.toString())
        .hasMessageContaining("containernetworking-plugins");

    assertThat(ScriptedPlugin.calls(bin)).isEmpty();
    assertThat(cacheDir).doesNotExist();
  }

  @Test
  void anAttachmentThatWasCutOffIsDeletedBeforeItIsMadeAnew() throws Exception {
    new AttachmentCache(cacheDir, "test").put(network("1.0.0"), ATTACHMENT, null);

    runtime.add(network("1.0.0"), ATTACHMENT);

    assertThat(ScriptedPlugin.calls(bin))
        .containsExactly("DEL second", "DEL first", "ADD first", "ADD second");
  }

  @Test
  void checkAsksEachPluginWithTheCachedResult() throws Exception {
    runtime.add(network("1.0.0"), ATTACHMENT);
    runtime.check(network("1.0.0"), ATTACHMENT);

    assertThat(ScriptedPlugin.calls(bin)).endsWith("CHECK first", "CHECK second");
    assertThat(json(first.input("CHECK")).at("/prevResult/ips/0/address").asText())
        .isEqualTo("10.0.0.3/8");

    first.refuses("CHECK", 100, "address gone");
    assertThatThrownBy(() -> runtime.check(network("1.0.0"), ATTACHMENT))
        .hasMessageContaining("address gone");
  }

  @Test
  void checkIsRefusedWhereItCannotBe() throws Exception {
    assertThatThrownBy(() -> runtime.check(network("0.3.1"), ATTACHMENT))
        .hasMessageContaining("does not support the CHECK command");
    assertThatThrownBy(() -> runtime.check(network("1.0.0"), ATTACHMENT))
        .hasMessageContaining("no result of its ADD");
  }

  @Test
  void checkAsksNobodyWhenTheNetworkDisablesIt() throws Exception {
    NetworkConfiguration network =
        NetworkConfiguration.parseList(
            "{\"name\":\"n\",\"cniVersion\":\"1.0.0\",\"disableCheck\":true,\"plugins\":[{\"type\":\"first\"}]}"
                .getBytes(UTF_8),
            "test");

    runtime.check(network, ATTACHMENT);

    assertThat(ScriptedPlugin.calls(bin)).isEmpty();
  }

  @Test
  void statusIsAskedFromVersion110OnAndItsCodeReachesTheCaller() throws Exception {
    runtime.status(network("1.0.0"), LIMIT);
    assertThat(ScriptedPlugin.calls(bin)).isEmpty();

    runtime.status(network("1.1.0"), LIMIT);
    assertThat(ScriptedPlugin.calls(bin)).containsExactly("STATUS first", "STATUS second");

    second.refuses("STATUS", 50, "warming up");
    assertThatThrownBy(() -> runtime.status(network("1.1.0"), LIMIT))
        .isInstanceOfSatisfying(
            PluginException.class,
            e -> assertThat(e.code()).isEqualTo(PluginException.NOT_AVAILABLE))
        .hasMessageContaining("warming up");
  }

  @Test
  void validationCollectsCapabilitiesAndAsksAPluginOnlyOnce() throws Exception {
    assertThat(runtime.validate(network("1.0.0"), LIMIT)).containsExactly("portMappings");
    runtime.validate(network("1.0.0"), LIMIT);

    assertThat(Files.readAllLines(bin.resolve("calls")))
        .containsExactly("VERSION first", "VERSION second");
  }

  @Test
  void aPluginThatDoesNotSpeakTheVersionIsNamedUntilItIsReplaced() throws Exception {
    second.versions("0.3.1", "0.4.0");
    assertThatThrownBy(() -> runtime.validate(network("1.0.0"), LIMIT))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'second' does not speak cniVersion 1.0.0, only [0.3.1, 0.4.0]");

    Files.delete(bin.resolve("second"));
    ScriptedPlugin.install(bin, "second");

    assertThat(runtime.validate(network("1.0.0"), LIMIT)).isNotEmpty();
  }

  @Test
  void pluginsFromBeforeTheirVersionCouldBeAskedAreUnderstood() throws Exception {
    first.on("VERSION", "echo '{\"code\":100,\"msg\":\"unknown CNI_COMMAND: VERSION\"}'; exit 1");
    second.answers("VERSION", "{\"cniVersion\":\"0.2.0\"}");

    assertThat(runtime.validate(network("0.1.0"), LIMIT)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nonsense", "{}", "{\"supportedVersions\":[\"x\"]}", "{\"supportedVersions\":7}"})
  void aMalformedVersionAnswerIsRefused(String answer) throws Exception {
    first.answers("VERSION", answer);

    assertThatThrownBy(() -> runtime.validate(network("1.0.0"), LIMIT))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("VERSION: CNI plugin first gave a malformed answer");
  }

  @Test
  void theCacheIsThatOfTheReferenceLibrary() throws Exception {
    runtime.add(network("1.0.0"), ATTACHMENT);

    Path file = cacheDir.resolve("results/n-c1-eth0");
    JsonNode entry = json(Files.readString(file));
    assertThat(entry.path("kind").asText()).isEqualTo("cniCacheV1");
    assertThat(entry.path("containerId").asText()).isEqualTo("c1");
    assertThat(entry.path("ifName").asText()).isEqualTo("eth0");
    assertThat(entry.path("networkName").asText()).isEqualTo("n");
    assertThat(entry.path("netns").asText()).isEqualTo("/run/netns/c1");
    assertThat(entry.path("cniArgs")).isEqualTo(json("[[\"K\",\"v\"]]"));
    assertThat(entry.at("/capabilityArgs/cgroupPath").asText()).isEqualTo("/pods/c1");
    assertThat(entry.at("/result/ips/0/address").asText()).isEqualTo("10.0.0.3/8");
    assertThat(json(new String(entry.path("config").binaryValue(), UTF_8)).path("plugins"))
        .hasSize(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void aResultCachedInTheOldFormatIsUsed() throws Exception {
    Path results = Files.createDirectories(cacheDir.resolve("results"));
    Files.writeString(results.resolve("n-c1-eth0"), result("10.0.0.9/8"));

    runtime.delete(network("1.0.0"), ATTACHMENT);

    assertThat(json(first.input("DEL")).at("/prevResult/ips/0/address").asText())
        .isEqualTo("10.0.0.9/8");
    assertThat(cacheFiles()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"kind\":\"cniCacheV1\",\"result\":7}"})
  void aBrokenCacheFileDoesNotKeepAnAttachmentFromBeingDeleted(String content) throws Exception {
    Path results = Files.createDirectories(cacheDir.resolve("results"));
    Files.writeString(results.resolve("n-c1-eth0"), content);

    runtime.delete(network("1.0.0"), ATTACHMENT);

    assertThat(json(first.input("DEL")).has("prevResult")).isFalse();
    assertThat(cacheFiles()).isEmpty();
  }

  @Test
  void aCacheThatCannotBeWrittenStopsTheAddBeforeAnyPluginRuns() throws Exception {
    Files.writeString(cacheDir, "a file where the folder should be");

    assertThatThrownBy(() -> runtime.add(network("1.0.0"), ATTACHMENT))
        .isInstanceOf(AttachmentCacheException.class)
        .hasMessageContaining(cacheDir.toString());

    assertThat(ScriptedPlugin.calls(bin)).isEmpty();
  }

  private CniRuntime runtime(Duration limit) {
    return new CniRuntime(
        new PluginDirectories(List.of(bin)),
        new ProcessPluginInvoker(new NativeProcessGroups()),
        new AttachmentCache(cacheDir, "test"),
        limit);
  }

  private static NetworkConfiguration network(String version) {
    return NetworkConfiguration.parseList(
        """
        {"name":"n","cniVersion":"%s","plugins":[{"type":"first","own":"kept"},
         {"type":"second","capabilities":{"portMappings":true,"dns":false}}]}
        """
            .formatted(version)
            .getBytes(UTF_8),
        "test");
  }

  private static String result(String cidr) {
    return "{\"cniVersion\":\"1.0.0\",\"ips\":[{\"address\":\"" + cidr + "\"}]}";
  }

  private List<Path> cacheFiles() throws Exception {
    Path results = cacheDir.resolve("results");
    if (!Files.exists(results)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(results)) {
      return files.toList();
    }
  }

  private static JsonNode json(String text) throws Exception {
    return MAPPER.readTree(text);
  }
}
