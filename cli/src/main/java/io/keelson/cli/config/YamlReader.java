package io.keelson.cli.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Takes a YAML document apart and collects, with its line, everything that is not as it should be;
 * reading goes on with the value that holds otherwise.
 */
final class YamlReader {
  private final List<Problem> problems = new ArrayList<>();

  private record Problem(int line, String text) {}

  /** What was found wrong so far, by line. */
  List<String> problems() {
    return problems.stream()
        .sorted((a, b) -> Integer.compare(a.line(), b.line()))
        .map(p -> p.line() == 0 ? p.text() : "line " + p.line() + ": " + p.text())
        .toList();
  }

  /** Notes a problem at a node, or with the whole document. */
  void problem(@Nullable Node at, String text) {
    problems.add(new Problem(at == null ? 0 : line(at), text));
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  /** The document; null when it is empty or no YAML. */
  @Nullable Node compose(String text) {
    try {
      return new Compose(LoadSettings.builder().build()).composeString(text).orElse(null);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      problems.add(new Problem(line, "this is not YAML: " + e.getProblem()));
      return null;
    } catch (YamlEngineException e) {
      problems.add(new Problem(0, "this is not YAML: " + e.getMessage()));
      return null;
    }
  }

  /** True for a key that stands without a value. */
  static boolean isEmpty(Node node) {
    return node instanceof ScalarNode scalar && scalar.getValue().isEmpty();
  }

  /**
   * The values of a mapping's known keys.
   *
   * @param prefix the enclosing keys with a dot at the end, for messages
   */
  Map<String, Node> mapping(Node node, String prefix, Set<String> known) {
    Map<String, Node> values = new LinkedHashMap<>();
    if (!(node instanceof MappingNode mapping)) {
      String what = prefix.isEmpty() ? "the file" : prefix.substring(0, prefix.length() - 1);
      problem(node, what + " must hold keys and values");
      return values;
    }
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        problem(entry.getKeyNode(), "a key must be a plain word");
      } else if (!known.contains(key.getValue())) {
        problem(key, unknown(prefix, key.getValue(), known));
      } else if (values.put(key.getValue(), entry.getValueNode()) != null) {
        problem(key, "key '" + prefix + key.getValue() + "' is given twice");
      }
    }
    return values;
  }

  /**
   * A mapping of any depth as one level, keys joined by dots.
   *
   * @param known the joined keys; one that ends in {@code .*} takes any last word
   */
  Map<String, String> flat(Node node, String prefix, Set<String> known) {
    Map<String, String> values = new LinkedHashMap<>();
    flatten(node, prefix, "", known, values);
    return values;
  }

  private void flatten(
      Node node, String prefix, String path, Set<String> known, Map<String, String> values) {
    if (!(node instanceof MappingNode mapping)) {
      problem(node, prefix + path + ": must hold keys and values");
      return;
    }
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode key)) {
        problem(entry.getKeyNode(), "a key must be a plain word");
        continue;
      }
      String joined = path + key.getValue();
      if (entry.getValueNode() instanceof MappingNode deeper) {
        flatten(deeper, prefix, joined + ".", known, values);
      } else if (!known.contains(joined) && !known.contains(path + "*")) {
        problem(key, unknown(prefix, joined, known));
      } else {
        String value = nullable(entry.getValueNode(), prefix + joined, text -> text);
        if (value != null && values.put(joined, value) != null) {
          problem(key, "key '" + prefix + joined + "' is given twice");
        }
      }
    }
  }

  private static String unknown(String prefix, String word, Set<String> known) {
    String remedy =
        Nearest.to(word, known)
            .map(near -> "did you mean '" + prefix + near + "'?")
            .orElseGet(() ->
                known.isEmpty()
                    ? "there are none here"
                    : "known are " + String.join(", ", new TreeSet<>(known)));
    return "unknown key '" + prefix + word + "'; " + remedy;
  }

  /** A single value; {@code otherwise} when it is not given or not usable. */
  <T> T scalar(@Nullable Node node, String key, Function<String, T> reader, T otherwise) {
    T value = nullable(node, key, reader);
    return value == null ? otherwise : value;
  }

  /**
   * A single value; null when it is not given or not usable.
   *
   * @param reader throws {@link IllegalArgumentException} with what is wrong and how it should be
   */
  <T> @Nullable T nullable(@Nullable Node node, String key, Function<String, T> reader) {
    if (node == null) {
      return null;
    }
    if (!(node instanceof ScalarNode scalar) || isEmpty(node)) {
      problem(node, key + ": must be a single value");
      return null;
    }
    try {
      return reader.apply(scalar.getValue());
    } catch (IllegalArgumentException e) {
      problem(node, key + ": " + e.getMessage());
      return null;
    }
  }

  /** A list of single values; {@code otherwise} when it is not given or not usable. */
  <T> List<T> list(@Nullable Node node, String key, Function<String, T> reader, List<T> otherwise) {
    if (node == null) {
      return otherwise;
    }
    if (!(node instanceof SequenceNode sequence) || sequence.getValue().isEmpty()) {
      problem(node, key + ": must be a list with at least one entry");
      return otherwise;
    }
    List<T> values = new ArrayList<>();
    for (Node entry : sequence.getValue()) {
      T value = nullable(entry, key, reader);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }
}
