package io.keelson.runtime.docker.image;

import io.keelson.runtime.spi.CriException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image in full, as the distribution project's reference grammar has it: registry,
 * repository, and a tag or a digest or both. Short forms are completed the way every container tool
 * does: {@code busybox} means {@code docker.io/library/busybox:latest}.
 *
 * @param registry host name or address, with a port where one is given
 * @param repository path in the registry
 * @param tag null when there is only a digest
 * @param digest such as {@code sha256:...}; null when there is only a tag
 */
public record ImageReference(
    String registry, String repository, @Nullable String tag, @Nullable String digest) {
  private static final String DEFAULT_REGISTRY = "docker.io";
  private static final int NAME_LIMIT = 255;
  private static final String LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  private static final Pattern REGISTRY =
      Pattern.compile("(?:" + LABEL + "(?:\\." + LABEL + ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]{1,5})?");
  private static final Pattern REPOSITORY =
      Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+|/)[a-z0-9]+)*");
  private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}");
  private static final Pattern DIGEST =
      Pattern.compile("(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})");
  private static final Pattern WHOLE =
      Pattern.compile("(?<name>[^@]*?)(?::(?<tag>[^:/@]*))?(?:@(?<digest>[^@]*))?");
  private static final Pattern BARE_ID = Pattern.compile("[0-9a-f]{64}");

  /**
   * Reads a reference and completes it.
   *
   * @throws CriException {@code INVALID_ARGUMENT} with the part that is wrong
   */
  public static ImageReference parse(String text) {
    Matcher parts = WHOLE.matcher(text);
    if (!parts.matches()) {
      throw invalid(text, "it has more than one '@'");
    }
    String name = parts.group("name");
    String tag = parts.group("tag");
    String digest = parts.group("digest");
    if (BARE_ID.matcher(text).matches()) {
      throw invalid(text, "64 hexadecimal digits are an image id, not a name");
    }
    if (tag != null && !TAG.matcher(tag).matches()) {
      throw invalid(text, "'" + tag + "' is not a tag");
    }
    if (digest != null && !DIGEST.matcher(digest).matches()) {
      throw invalid(text, "'" + digest + "' is not a digest such as sha256:<64 hex digits>");
    }
    String registry = DEFAULT_REGISTRY;
    String repository = name;
    int slash = name.indexOf('/');
    if (slash >= 0 && isRegistry(name.substring(0, slash))) {
      registry = name.substring(0, slash);
      repository = name.substring(slash + 1);
    }
    if (registry.equals("index.docker.io")) {
      registry = DEFAULT_REGISTRY;
    }
    if (!REGISTRY.matcher(registry).matches()) {
      throw invalid(text, "'" + registry + "' is not a registry's host");
    }
    if (!REPOSITORY.matcher(repository).matches()) {
      throw invalid(
          text, "'" + repository + "' is not a repository (lower-case words joined by . _ - /)");
    }
    if (registry.equals(DEFAULT_REGISTRY) && repository.indexOf('/') < 0) {
      repository = "library/" + repository;
    }
    if (registry.length() + 1 + repository.length() > NAME_LIMIT) {
      throw invalid(text, "its name has more than " + NAME_LIMIT + " characters");
    }
    return new ImageReference(
        registry, repository, tag == null && digest == null ? "latest" : tag, digest);
  }

  // Only a dot, a port, "localhost" or upper case tell a registry from the start of a repository.
  private static boolean isRegistry(String first) {
    return first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || first.equals("localhost")
        || first.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
  }

  private static CriException invalid(String text, String reason) {
    return CriException.invalidArgument(
        "image '" + text + "' is not an image reference: " + reason);
  }

  /** The same image at another place, a registry's host and perhaps a path. */
  ImageReference at(String place) {
    int slash = place.indexOf('/');
    return slash < 0
        ? new ImageReference(place, repository, tag, digest)
        : new ImageReference(
            place.substring(0, slash), place.substring(slash + 1) + "/" + repository, tag, digest);
  }

  /** Registry and repository, without tag and digest. */
  public String name() {
    return registry + "/" + repository;
  }

  /** The digest where there is one, else the tag: what is asked of the registry. */
  public String version() {
    if (digest != null) {
      return digest;
    }
    return tag == null ? "latest" : tag;
  }

  /** The full name without the tag where there is a digest, which alone decides. */
  public String pinned() {
    return digest != null ? name() + "@" + digest : name() + ":" + version();
  }

  @Override
  public String toString() {
    return name() + (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
  }
}
