package io.keelson.node.agent.manifest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with one document, so that its author learns all of it at once. */
final class Problems {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
  private static final Pattern SUBDOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final int LIMIT = 50;

  private final String source;
  private final YamlDocument document;
  private final String prefix;
  private final List<ManifestProblem> found;

  Problems(String source, YamlDocument document) {
    this(source, document, "", new ArrayList<>());
  }

  private Problems(
      String source, YamlDocument document, String prefix, List<ManifestProblem> found) {
    this.source = source;
    this.document = document;
    this.prefix = prefix;
    this.found = found;
  }

  /** The same collection, for one object in the document: its path goes before all others. */
  Problems at(String path) {
    return new Problems(source, document, within(path), found);
  }

  private String within(String path) {
    return prefix.isEmpty() || path.isEmpty() ? prefix + path : prefix + "." + path;
  }

  void add(String path, String message) {
    if (found.size() < LIMIT) {
      String full = within(path);
      found.add(new ManifestProblem(source, document.lineOf(full), full, message));
    }
  }

  List<ManifestProblem> found() {
    return found;
  }

  /** Whether a value is there; tells when it is not. */
  boolean present(String path, @Nullable Object value) {
    boolean missing =
        value == null
            || (value instanceof String text && text.isEmpty())
            || (value instanceof Collection<?> list && list.isEmpty());
    if (missing) {
      add(path, "is required");
    }
    return !missing;
  }

  /** A name that is one part of a domain name. */
  void dnsLabel(String path, @Nullable String name) {
    if (present(path, name) && name != null && !(name.length() <= 63 && matches(LABEL, name))) {
      add(
          path,
          "'%s' is not a name: up to 63 lower-case letters, digits and '-', a letter or digit at both ends"
              .formatted(name));
    }
  }

  /** A name that could be a domain name. */
  void dnsSubdomain(String path, @Nullable String name) {
    if (present(path, name)
        && name != null
        && !(name.length() <= 253 && matches(SUBDOMAIN, name))) {
      add(
          path,
          "'%s' is not a name: up to 253 lower-case letters, digits, '-' and '.'".formatted(name));
    }
  }

  private static boolean matches(Pattern pattern, String text) {
    return pattern.matcher(text).matches();
  }

  /** One of a few words, or absent. */
  void oneOf(String path, @Nullable String value, String... words) {
    if (value != null && !List.of(words).contains(value)) {
      String hint =
          NearestName.of(value, List.of(words))
              .map(word -> "; did you mean '" + word + "'?")
              .orElse("");
      add(path, "'%s' is not one of %s%s".formatted(value, String.join(", ", words), hint));
    }
  }

  /** A number within bounds, or absent. */
  void within(String path, @Nullable Number value, long least, long most) {
    if (value != null && (value.longValue() < least || value.longValue() > most)) {
      add(path, "%d is not within %d to %d".formatted(value.longValue(), least, most));
    }
  }

  /** An absolute path without a way up, or absent. */
  void absolutePath(String path, @Nullable String value) {
    if (value == null) {
      return;
    }
    if (!value.startsWith("/") || value.indexOf('\0') >= 0) {
      add(path, "'%s' is not an absolute path".formatted(value));
    } else if (List.of(value.split("/")).contains("..")) {
      add(path, "'%s' must not have a '..' part".formatted(value));
    }
  }

  /** Tells when a value appears a second time. */
  void unique(String path, Object value, Set<Object> seen) {
    if (!seen.add(value)) {
      add(path, "'%s' is here twice".formatted(value));
    }
  }
}
