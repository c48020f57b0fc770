package io.keelson.cli.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.runtime.spi.RuntimeBackendFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Holds the reference page and the example file to the code. */
class ConfigurationReferenceTest {
  private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

  @Test
  void the_reference_page_lists_every_key_and_option() throws IOException {
    Path page = REPOSITORY.resolve("docs/configuration.md");
    Path made = Path.of("target/configuration.md").toAbsolutePath();
    Files.writeString(made, reference());
    assertThat(page)
        .as("docs/configuration.md is made from the code: copy %s over it", made)
        .hasSameTextualContentAs(made);
  }

  @Test
  void the_example_file_says_what_holds_anyway() throws ConfigurationException {
    DaemonConfiguration example =
        ConfigurationFile.read(REPOSITORY.resolve("examples/keelson.yaml"), factories());
    assertThat(example.servingOnly(DaemonConfiguration.DEFAULTS.backends()))
        .isEqualTo(DaemonConfiguration.DEFAULTS);
  }

  private static Map<String, RuntimeBackendFactory> factories() {
    Map<String, RuntimeBackendFactory> factories = new LinkedHashMap<>();
    ServiceLoader.load(RuntimeBackendFactory.class).forEach(f -> factories.put(f.name(), f));
    return factories;
  }

  private static String reference() {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "# The configuration file",
                "",
                "`keelson serve --config FILE` reads one YAML file. Every key is optional, an"
                    + " unknown one is refused, and all problems are reported at once. A key"
                    + " written `a.b` is `b` nested in `a`. `examples/keelson.yaml` is a file with"
                    + " every key.",
                "",
                "| key | value | default | meaning |",
                "|---|---|---|---|"));
    for (ConfigurationKey key : ConfigurationKey.ALL) {
      String standard =
          key.standard().startsWith("(")
              ? key.standard().substring(1, key.standard().length() - 1)
              : "`" + key.standard() + "`";
      lines.add(
          "| `%s` | %s | %s | %s |".formatted(key.path(), key.form(), standard, key.meaning()));
    }
    lines.add("");
    lines.add("## Options of the backends");
    factories().values().stream()
        .sorted(Comparator.comparing(RuntimeBackendFactory::name))
        .forEach(factory -> {
          lines.add("");
          lines.add("### backends." + factory.name());
          lines.add("");
          if (factory.options().isEmpty()) {
            lines.add("No options.");
          } else {
            lines.add("| key | meaning |");
            lines.add("|---|---|");
            new TreeMap<>(factory.options())
                .forEach((key, meaning) -> lines.add("| `%s` | %s |".formatted(key, meaning)));
          }
        });
    return String.join("\n", lines) + "\n";
  }
}
