package io.keelson.node.agent.manifest;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.AnchorNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One document of a YAML stream as a tree, which knows the line of every key.
 *
 * @param root its content
 * @param line the line it begins at, counted from 1
 * @param lines the line of each path, written as {@code spec.containers[0].image}
 */
record YamlDocument(JsonNode root, int line, Map<String, Integer> lines) {
  /** Bounds what aliases can blow up to. */
  private static final int NODE_LIMIT = 100_000;

  private static final int DEPTH_LIMIT = 100;

  /** The line of a path, or of the nearest thing around it. */
  int lineOf(String path) {
    String present = path;
    while (!present.isEmpty()) {
      Integer found = lines.get(present);
      if (found != null) {
        return found;
      }
      int cut = Math.max(present.lastIndexOf('.'), present.lastIndexOf('['));
      present = cut < 0 ? "" : present.substring(0, cut);
    }
    return line;
  }

  /**
   * Reads all documents of a text, empty ones left out.
   *
   * @throws ManifestException when the text is not YAML
   */
  static List<YamlDocument> parse(String source, String text) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(source).setSchema(new CoreSchema()).build();
    List<YamlDocument> documents = new ArrayList<>();
    try {
      for (Node node : new Compose(settings).composeAllFromString(text)) {
        Reader reader = new Reader(source);
        JsonNode root = reader.read(node, "", 0);
        if (!root.isNull()) {
          documents.add(new YamlDocument(root, lineOf(node), reader.lines));
        }
      }
      return documents;
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
      throw failure(source, line, "", "this is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      throw failure(source, 0, "", "this is not YAML: " + e.getMessage());
    }
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static ManifestException failure(String source, int line, String path, String message) {
    return new ManifestException(List.of(new ManifestProblem(source, line, path, message)));
  }

  private static final class Reader {
    final Map<String, Integer> lines = new HashMap<>();
    private final String source;
    private int nodes;

    Reader(String source) {
      this.source = source;
    }

    JsonNode read(Node node, String path, int depth) {
      if (++nodes > NODE_LIMIT || depth > DEPTH_LIMIT) {
        throw failure(
            source,
            lineOf(node),
            path,
            "too large: the limits are %d values and %d levels, aliases counted"
                .formatted(NODE_LIMIT, DEPTH_LIMIT));
      }
      return switch (node) {
        case MappingNode mapping -> object(mapping, path, depth);
        case SequenceNode sequence -> {
          ArrayNode array = JsonNodeFactory.instance.arrayNode();
          for (Node element : sequence.getValue()) {
            String elementPath = path + "[" + array.size() + "]";
            lines.put(elementPath, lineOf(element));
            array.add(read(element, elementPath, depth + 1));
          }
          yield array;
        }
        case ScalarNode scalar -> scalar(scalar, path);
        case AnchorNode alias -> read(alias.getRealNode(), path, depth + 1);
        default -> throw failure(source, lineOf(node), path, "unexpected " + node.getNodeType());
      };
    }

    private ObjectNode object(MappingNode mapping, String path, int depth) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      Set<String> keys = new HashSet<>();
      for (var tuple : mapping.getValue()) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
          throw failure(source, lineOf(tuple.getKeyNode()), path, "a key must be a plain word");
        }
        String keyPath = path.isEmpty() ? key.getValue() : path + "." + key.getValue();
        lines.put(keyPath, lineOf(key));
        if (!keys.add(key.getValue())) {
          throw failure(source, lineOf(key), keyPath, "this key is here twice");
        }
        object.set(key.getValue(), read(tuple.getValueNode(), keyPath, depth + 1));
      }
      return object;
    }

    private JsonNode scalar(ScalarNode scalar, String path) {
      JsonNodeFactory factory = JsonNodeFactory.instance;
      Tag tag = scalar.getTag();
      String text = scalar.getValue();
      try {
        if (tag.equals(Tag.NULL)) {
          return factory.nullNode();
        } else if (tag.equals(Tag.BOOL)) {
          return factory.booleanNode(Boolean.parseBoolean(text));
        } else if (tag.equals(Tag.INT)) {
          long value = integer(text);
          // As Jackson reads JSON: the model takes an Integer where a Long would fail.
          return (int) value == value ? factory.numberNode((int) value) : factory.numberNode(value);
        } else if (tag.equals(Tag.FLOAT)) {
          return factory.numberNode(new BigDecimal(text));
        } else if (tag.equals(Tag.STR)) {
          return factory.stringNode(text);
        }
      } catch (NumberFormatException e) {
        throw failure(source, lineOf(scalar), path, "'" + text + "' is not a number");
      }
      throw failure(
          source, lineOf(scalar), path, "the YAML tag " + tag + " has no use in a manifest");
    }

    /** Decimal, {@code 0x1f} and {@code 0o17}, and {@code 0644} which people write for modes. */
    private static long integer(String text) {
      String digits = text.startsWith("+") ? text.substring(1) : text;
      if (digits.startsWith("0x")) {
        return Long.parseLong(digits, 2, digits.length(), 16);
      } else if (digits.startsWith("0o")) {
        return Long.parseLong(digits, 2, digits.length(), 8);
      } else if (digits.length() > 1 && digits.startsWith("0")) {
        return Long.parseLong(digits, 8);
      }
      return Long.parseLong(digits);
    }
  }
}
