package io.keelson.cni;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How this library reads and writes JSON: trees, numbers kept exactly, nothing after the value. */
final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** Where the parser began, in words that lead nowhere: the source is not a stream of ours. */
  private static final Pattern PARSER_NOTE =
      Pattern.compile(" ?\\(start marker at .*|\\n.*", Pattern.DOTALL);

  private Json() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * Reads one JSON value.
   *
   * @throws MalformedException with the place of the error
   */
  static JsonNode read(byte[] json) throws MalformedException {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new MalformedException(describe(e), e);
    } catch (IOException e) {
      throw new MalformedException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * Reads one JSON object.
   *
   * @throws MalformedException with the place of the error, or when it is another kind of value
   */
  static ObjectNode readObject(byte[] json) throws MalformedException {
    JsonNode node = read(json);
    if (node instanceof ObjectNode object) {
      return object;
    }
    throw new MalformedException("not a JSON object", null);
  }

  static byte[] write(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String writePretty(JsonNode node) {
    return node.toPrettyString();
  }

  private static String describe(JsonProcessingException e) {
    JsonLocation place = e.getLocation();
    String reason = PARSER_NOTE.matcher(e.getOriginalMessage()).replaceAll("");
    return place == null
        ? reason
        : "line " + place.getLineNr() + ", column " + place.getColumnNr() + ": " + reason;
  }

  /** Text that is not the JSON it should be. The message is for people: place and reason. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message, @Nullable Throwable cause) {
      super(message, cause);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }
}
