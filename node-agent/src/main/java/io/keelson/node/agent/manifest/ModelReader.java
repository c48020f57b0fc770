package io.keelson.node.agent.manifest;

import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.AnnotationIntrospector;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.DeserializationProblemHandler;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.LogicalType;

/** Reads trees into the Kubernetes model, as strictly as an API server with field validation. */
final class ModelReader {
  /** The model collects unknown keys in a map; here they are problems. */
  private static final AnnotationIntrospector NO_ANY_SETTERS =
      new JacksonAnnotationIntrospector() {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean hasAnySetter(MapperConfig<?> config, Annotated annotated) {
          return false;
        }
      };

  private static final Pattern JAVA_TYPE = Pattern.compile("`([A-Za-z0-9_.$]+)[`<]");

  private final JsonMapper mapper;
  private final BiConsumer<String, String> problem;

  /**
   * Creates a reader.
   *
   * @param problem told the path of each unknown key or ill-typed value, and a message
   */
  ModelReader(BiConsumer<String, String> problem) {
    mapper =
        JsonMapper.builder()
            .annotationIntrospector(NO_ANY_SETTERS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                LogicalType.Textual,
                coercion -> {
                  coercion.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                  coercion.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                  coercion.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
            .addHandler(new UnknownKeys(problem))
            .build();
    this.problem = problem;
  }

  /** The tree as an object of the model, or null after a problem that prevents that. */
  <T> @Nullable T read(JsonNode tree, Class<T> type) {
    try {
      return mapper.treeToValue(tree, type);
    } catch (JacksonException e) {
      problem.accept(pathOf(e), sentence(e));
      return null;
    }
  }

  private static String pathOf(JacksonException failure) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference reference : failure.getPath()) {
      if (reference.getPropertyName() == null) {
        path.append('[').append(reference.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
      }
    }
    return path.toString();
  }

  /** Jackson's words without the Java types and positions in a text that is not the user's. */
  private static String sentence(JacksonException failure) {
    String message = failure.getOriginalMessage();
    Matcher wanted = JAVA_TYPE.matcher(message);
    if (wanted.find()) {
      String type = wanted.group(1).substring(wanted.group(1).lastIndexOf('.') + 1);
      String article =
          switch (type) {
            case "String" -> "a string; put it in quotes";
            case "Integer", "Long" -> "a whole number";
            case "Boolean" -> "true or false";
            case "ArrayList", "List" -> "a list";
            case "LinkedHashMap", "Map" -> "a map of keys and values";
            default -> "an object of type " + type;
          };
      return "the value must be " + article;
    }
    return message;
  }

  private static final class UnknownKeys extends DeserializationProblemHandler {
    private final BiConsumer<String, String> problem;

    UnknownKeys(BiConsumer<String, String> problem) {
      this.problem = problem;
    }

    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        @Nullable ValueDeserializer<?> deserializer,
        Object beanOrClass,
        String propertyName) {
      Collection<Object> names = deserializer == null ? null : deserializer.getKnownPropertyNames();
      Collection<String> known =
          names == null
              ? List.of()
              : names.stream().map(String::valueOf).collect(Collectors.toSet());
      String hint =
          NearestName.of(propertyName, known)
              .map(name -> "; did you mean '" + name + "'?")
              .orElse("; remove it");
      problem.accept(path(parser, propertyName), "unknown key" + hint);
      parser.skipChildren();
      return true;
    }

    private static String path(JsonParser parser, String propertyName) {
      StringBuilder path = new StringBuilder();
      for (String part : parser.streamReadContext().pathAsPointer().toString().split("/", -1)) {
        String name = part.replace("~1", "/").replace("~0", "~");
        if (name.isEmpty()) {
          continue;
        }
        if (name.chars().allMatch(c -> c >= '0' && c <= '9')) {
          path.append('[').append(name).append(']');
        } else {
          path.append(path.isEmpty() ? "" : ".").append(name);
        }
      }
      String text = path.toString();
      boolean complete = text.equals(propertyName) || text.endsWith("." + propertyName);
      return complete ? text : text.isEmpty() ? propertyName : text + "." + propertyName;
    }
  }
}
