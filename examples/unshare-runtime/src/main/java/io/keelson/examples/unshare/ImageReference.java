package io.keelson.examples.unshare;

import io.keelson.runtime.spi.CriException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an image is: {@code registry/repository:tag} or {@code registry/repository@digest}.
 *
 * @param registry host, with a port where it has one
 * @param repository the path below it
 * @param version a tag, or a digest when it has a colon
 */
record ImageReference(String registry, String repository, String version) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<registry>[^/@]+)/(?<repository>[a-z0-9._/-]+)"
              + "(:(?<tag>[A-Za-z0-9_.-]{1,128}))?(@(?<digest>sha256:[0-9a-f]{64}))?");

  /** Reads a name; one without tag and digest means the tag {@code latest}. */
  static ImageReference parse(String name) {
    Matcher matcher = FORM.matcher(name);
    if (!matcher.matches()) {
      throw CriException.invalidArgument(
          "'%s' is no name of an image; give registry/repository:tag".formatted(name));
    }
    String digest = matcher.group("digest");
    String tag = matcher.group("tag");
    String version = digest != null ? digest : tag != null ? tag : "latest";
    return new ImageReference(
        matcher.group("registry"), matcher.group("repository"), version);
  }

  boolean hasDigest() {
    return version.contains(":");
  }

  String byDigest(String digest) {
    return "%s/%s@%s".formatted(registry, repository, digest);
  }

  @Override
  public String toString() {
    return "%s/%s%s%s".formatted(registry, repository, hasDigest() ? "@" : ":", version);
  }
}
