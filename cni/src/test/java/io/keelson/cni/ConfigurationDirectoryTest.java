package io.keelson.cni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationDirectoryTest {
  @TempDir Path folder;

  @Test
  void listsComeBeforeSinglePluginsAndEachKindIsSortedByName() throws Exception {
    for (String name :
        new String[] {"00.conf", "20.conflist", "05.json", "10.conflist", "note.txt"}) {
      write(name, "{}");
    }
    Files.createDirectory(folder.resolve("30.conflist"));

    assertThat(directory().files())
        .extracting(file -> file.getFileName().toString())
        .containsExactly("10.conflist", "20.conflist", "00.conf", "05.json");
  }

  @Test
  void aFolderThatDoesNotExistHoldsNothing() {
    assertThat(new ConfigurationDirectory(folder.resolve("later")).files()).isEmpty();
  }

  @Test
  void aSinglePluginBecomesAListOfOne() throws Exception {
    Path file =
        write("a.conf", "{\"cniVersion\":\"0.4.0\",\"name\":\"n\",\"type\":\"bridge\",\"x\":1.10}");

    NetworkConfiguration network = directory().load(file);

    assertThat(network.name()).isEqualTo("n");
    assertThat(network.version()).isEqualTo(SpecVersion.V0_4_0);
    assertThat(network.plugins()).extracting(PluginConfiguration::type).containsExactly("bridge");
    assertThat(network.plugins().getFirst().toString()).contains("1.10");
  }

  @Test
  void dropInPluginsFollowTheInlinedOnesAndStayInTheCachedForm() throws Exception {
    Path file = list("\"plugins\":[{\"type\":\"bridge\"}]");
    write("n/20.conf", "{\"type\":\"tuning\"}");
    write("n/10.conf", "{\"type\":\"portmap\"}");

    NetworkConfiguration network = directory().load(file);

    assertThat(network.plugins())
        .extracting(PluginConfiguration::type)
        .containsExactly("bridge", "portmap", "tuning");
    assertThat(NetworkConfiguration.parseList(network.json(), "cache").plugins()).hasSize(3);
  }

  @Test
  void dropInPluginsAloneMakeANetwork() throws Exception {
    Path file = list("\"disableCheck\":\"TRUE\"");
    write("n/10.conf", "{\"type\":\"portmap\"}");

    NetworkConfiguration network = directory().load(file);

    assertThat(network.plugins()).hasSize(1);
    assertThat(network.disableCheck()).isTrue();
  }

  @Test
  void aNetworkMayRefuseDropIns() throws Exception {
    Path file = list("\"loadOnlyInlinedPlugins\":\"true\",\"plugins\":[{\"type\":\"bridge\"}]");
    write("n/10.conf", "{\"type\":\"portmap\"}");

    assertThat(directory().load(file).plugins()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"cniVersion\":\"0.3.1\" | 0.3.1",
        "\"cniVersion\":\"\" | 0.1.0",
        "\"cniVersion\":\"0.4.0\",\"cniVersions\":[\"0.3.0\",\"1.0.0\",\"7.0.0\"] | 1.0.0",
        "\"cniVersion\":\"7.0.0\",\"cniVersions\":[\"0.3.0\",\"1.1.0\"] | 1.1.0",
        "\"cniVersions\":[] | 0.1.0",
      })
  void theHighestVersionThatIsUnderstoodIsTaken(String keys, String expected) throws Exception {
    Path file = list(keys + ",\"plugins\":[{\"type\":\"bridge\"}]");

    assertThat(directory().load(file).version()).hasToString(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | no 'name'",
        "{\"name\":7} | 'name' is not a string",
        "{\"name\":\"../n\"} | does not match",
        "{\"name\":\"n\",\"cniVersion\":1} | 'cniVersion'",
        "{\"name\":\"n\",\"cniVersion\":\"one\"} | not a CNI version",
        "{\"name\":\"n\",\"cniVersion\":\"9.0.0\"} | newer than 1.1.0",
        "{\"name\":\"n\",\"cniVersions\":\"1.0.0\"} | 'cniVersions' is not an array",
        "{\"name\":\"n\",\"cniVersions\":[1]} | 'cniVersions'",
        "{\"name\":\"n\",\"disableCheck\":\"yes\"} | 'disableCheck' is \"yes\"",
        "{\"name\":\"n\",\"disableGC\":1} | 'disableGC' is 1",
        "{\"name\":\"n\"} | no plugins, neither",
        "{\"name\":\"n\",\"loadOnlyInlinedPlugins\":true} | no 'plugins' list",
        "{\"name\":\"n\",\"plugins\":{}} | 'plugins' is not an array",
        "{\"name\":\"n\",\"plugins\":[]} | no plugins in list",
        "{\"name\":\"n\",\"plugins\":[7]} | plugins[0]: plugin configuration is not an object",
        "{\"name\":\"n\",\"plugins\":[{}]} | plugins[0]: plugin configuration has no 'type'",
        "{\"name\":\"n\",\"plugins\":[{\"type\":\"../sh\"}]} | not the plain name",
        "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"capabilities\":[]}]} | 'capabilities'",
        "{\"name\":\"n\",\"plugins\":[{\"type\":\"a\",\"capabilities\":{\"b\":1}}]} | 'b'",
        "[] | not a JSON object",
        "{\"name\":\"n\"} trailing | line 1, column",
      })
  void aBrokenListIsRefusedByFileAndReason(String json, String reason) throws Exception {
    Path file = write("broken.conflist", json);

    assertThatThrownBy(() -> directory().load(file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void malformedJsonIsNamedByLineAndColumn() throws Exception {
    Path file = write("broken.conflist", "{\n  \"name\": \"n\",\n  \"plugins\": [}\n}");

    assertThatThrownBy(() -> directory().load(file)).hasMessageContaining("line 3, column 15");
  }

  @Test
  void aListInAFileOfSinglePluginsIsToldItsExtension() throws Exception {
    Path file = write("a.conf", "{\"name\":\"n\",\"plugins\":[{\"type\":\"bridge\"}]}");

    assertThatThrownBy(() -> directory().load(file)).hasMessageContaining(".conflist");
  }

  @Test
  void aFileTooLargeIsNotReadToItsEnd() throws Exception {
    Path file = write("big.conflist", " ".repeat(ConfigurationDirectory.MAX_FILE_BYTES + 1));

    assertThatThrownBy(() -> directory().load(file)).hasMessageContaining("larger than 1048576");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100_000})
  void deepNestingIsRefusedOrReadButNeverOverflows(int depth) throws Exception {
    Path file =
        list("\"plugins\":[{\"type\":\"a\",\"x\":" + "[".repeat(depth) + "]".repeat(depth) + "}]");

    if (depth < 1_000) {
      assertThat(directory().load(file).plugins()).hasSize(1);
    } else {
      assertThatThrownBy(() -> directory().load(file)).isInstanceOf(ConfigurationException.class);
    }
  }

  @Test
  void aNetworkIsFoundByNameAmongBrokenFiles() throws Exception {
    write("00.conflist", "broken");
    write("10.conf", "{\"name\":\"other\",\"type\":\"a\"}");
    write("20.conf", "{\"name\":\"wanted\",\"type\":\"a\"}");

    assertThat(directory().find("wanted").name()).isEqualTo("wanted");
    assertThatThrownBy(() -> directory().find("missing"))
        .hasMessageContaining("'missing'")
        .hasMessageContaining("00.conflist");
  }

  private ConfigurationDirectory directory() {
    return new ConfigurationDirectory(folder);
  }

  private Path list(String keys) throws IOException {
    return write("10.conflist", "{\"name\":\"n\"," + keys + "}");
  }

  private Path write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }
}
