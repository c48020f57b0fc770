package io.keelson.runtime.server;

import com.google.errorprone.annotations.FormatMethod;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.grpc.Status;
import io.keelson.runtime.spi.CriException;
import java.net.InetAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Checks of single fields. Every violation is {@code INVALID_ARGUMENT}, names the field, shows the
 * value shortened and without control characters, and says what would be right.
 */
final class Fields {
  private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}");
  private static final Pattern NAME =
      Pattern.compile("[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,251}[a-zA-Z0-9])?");
  private static final int PATH_LIMIT = 4095;
  private static final int COUNT_LIMIT = 10_000;
  private static final int SHOWN_LIMIT = 80;
  private static final long SECONDS_LIMIT = 365L * 24 * 3600;

  private Fields() {}

  @FormatMethod
  static void require(boolean holds, String message, Object... values) {
    if (!holds) {
      throw CriException.invalidArgument(message.formatted(values));
    }
  }

  /** An id or a prefix of one. */
  static void id(String field, String id) {
    require(!id.isEmpty(), "%s is empty; give an id or a unique prefix of one", field);
    require(
        ID.matcher(id).matches(),
        "%s '%s' is not an id: 1 to 128 letters, digits, '_', '.' or '-'",
        field,
        shown(id));
  }

  static void name(String field, String name) {
    require(!name.isEmpty(), "%s is empty", field);
    require(
        NAME.matcher(name).matches(),
        "%s '%s' is not a name: 1 to 253 letters, digits, '_', '.' or '-', a letter or digit at"
            + " both ends",
        field,
        shown(name));
  }

  static void nameOrEmpty(String field, String name) {
    if (!name.isEmpty()) {
      name(field, name);
    }
  }

  static void matches(String field, Pattern pattern, String value, String form) {
    require(pattern.matcher(value).matches(), "%s '%s' is not %s", field, shown(value), form);
  }

  static void absolutePath(String field, String path) {
    require(!path.isEmpty(), "%s is empty; give an absolute path", field);
    require(path(field, path).isAbsolute(), "%s '%s' is not an absolute path", field, shown(path));
  }

  static void absolutePathOrEmpty(String field, String path) {
    if (!path.isEmpty()) {
      absolutePath(field, path);
    }
  }

  /** A path that stays below whatever it is resolved against. */
  static void pathBelow(String field, String path, String folder) {
    Path parsed = path(field, path);
    require(
        !parsed.isAbsolute()
            && !parsed.normalize().startsWith("..")
            && !parsed.normalize().toString().isEmpty(),
        "%s '%s' must be relative and stay below %s",
        field,
        shown(path),
        folder);
  }

  private static Path path(String field, String path) {
    require(
        path.length() <= PATH_LIMIT,
        "%s has %d characters, the limit is %d",
        field,
        path.length(),
        PATH_LIMIT);
    try {
      return Path.of(path);
    } catch (InvalidPathException e) {
      throw CriException.invalidArgument(
          "%s '%s' is not a path: %s".formatted(field, shown(path), e.getReason()));
    }
  }

  static void range(String field, long value, long least, long most) {
    require(
        value >= least && value <= most, "%s %d is not within %d to %d", field, value, least, most);
  }

  /** A time span in seconds, where 0 has a meaning of its own. */
  static void seconds(String field, long seconds) {
    require(seconds >= 0, "%s of %d s is negative", field, seconds);
    require(
        seconds <= SECONDS_LIMIT,
        "%s of %d s is absurd; the limit is %d s, a year",
        field,
        seconds,
        SECONDS_LIMIT);
  }

  static void count(String field, Collection<?> items) {
    require(
        items.size() <= COUNT_LIMIT,
        "%s has %d items, the limit is %d",
        field,
        items.size(),
        COUNT_LIMIT);
  }

  static void labels(String field, Map<String, String> labels) {
    count(field, labels.keySet());
    require(!labels.containsKey(""), "%s has an entry with an empty key", field);
  }

  /** Words that end up as arguments of a process. */
  static void words(String field, List<String> words) {
    count(field, words);
    for (String word : words) {
      require(word.indexOf('\0') < 0, "%s holds a NUL character in '%s'", field, shown(word));
    }
  }

  /** Words of a text file that is split at white space. */
  static void unspaced(String field, List<String> words) {
    count(field, words);
    for (String word : words) {
      require(
          !word.isEmpty() && word.chars().noneMatch(c -> c <= ' ' || c == 0x7f),
          "%s '%s' is empty or holds white space",
          field,
          shown(word));
    }
  }

  static void ipAddress(String field, String address) {
    // The zone of a link-local address names an interface that need not exist here.
    int zone = address.indexOf('%');
    try {
      InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone));
    } catch (IllegalArgumentException e) {
      throw new CriException(
          Status.Code.INVALID_ARGUMENT,
          "%s '%s' is not an IP address".formatted(field, shown(address)),
          e);
    }
  }

  /** Enumerations of a message that hold a number this version of the protocol does not know. */
  static void knownEnums(String field, Message message) {
    for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
      if (entry.getValue() instanceof EnumValueDescriptor value && value.getIndex() < 0) {
        throw CriException.invalidArgument(
            "%s.%s %d is not known; known are %s"
                .formatted(
                    field,
                    entry.getKey().getName(),
                    value.getNumber(),
                    value.getType().getValues().stream()
                        .map(EnumValueDescriptor::getName)
                        .toList()));
      }
    }
  }

  static String shown(String text) {
    String start = text.length() <= SHOWN_LIMIT ? text : text.substring(0, SHOWN_LIMIT - 3) + "...";
    return start.replaceAll("\\p{Cntrl}", "?");
  }
}
