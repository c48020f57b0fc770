package io.keelson.runtime.docker.image;

import io.keelson.runtime.spi.CriException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Registries that stand in for others, tried first and in order. The engine keeps an image under
 * the name it was pulled by; what came from a mirror is marked with a tag of its own there, so that
 * it can be shown, and found, by the name that was asked for.
 *
 * @param byRegistry for a registry's host the places to ask instead, each a host with a port and a
 *     path where needed
 */
public record Mirrors(Map<String, List<String>> byRegistry) {
  /** Every registry is asked itself. */
  public static final Mirrors NONE = new Mirrors(Map.of());

  private static final String MARK = "keelson-mirrored-";
  private static final int MARK_DIGITS = 12;
  private static final String ID_KIND = "sha256:";

  /**
   * Checks the places.
   *
   * @throws CriException {@code INVALID_ARGUMENT} for one that no image name can begin with
   */
  public Mirrors {
    byRegistry.forEach((registry, places) -> {
      for (String place : places) {
        ImageReference probe = ImageReference.parse(place + "/image");
        if (!probe.name().equals(place + "/image")) {
          throw CriException.invalidArgument(
              "'%s' cannot be a mirror of %s: give its host with a dot or a port, and perhaps a path"
                  .formatted(place, registry));
        }
      }
    });
    byRegistry = Map.copyOf(byRegistry);
  }

  /** The names under which mirrors have an image, in the order to try them. */
  List<ImageReference> of(ImageReference image) {
    return byRegistry.getOrDefault(image.registry(), List.of()).stream().map(image::at).toList();
  }

  /** The tag that tells what was pulled in place of another name. */
  static String mark(String imageId) {
    String digits = imageId.startsWith(ID_KIND) ? imageId.substring(ID_KIND.length()) : imageId;
    return MARK + digits.substring(0, Math.min(MARK_DIGITS, digits.length()));
  }

  /** The names of an image in the engine. */
  record Names(List<String> tags, List<String> digests) {
    /** With containerd's image store, an engine lists names by digest among the tags, too. */
    Names {
      tags = tags.stream().filter(tag -> tag.indexOf('@') < 0).toList();
    }

    /** All of them, tags first. */
    Set<String> all() {
      Set<String> all = new LinkedHashSet<>(tags);
      all.addAll(digests);
      return all;
    }
  }

  /** The names to show for those the engine has. */
  Names shown(Names inEngine) {
    if (byRegistry.isEmpty()) {
      return inEngine;
    }
    List<String> tags = inEngine.tags().stream().filter(tag -> !isMark(tag)).toList();
    Set<String> mirrored = new LinkedHashSet<>();
    inEngine.tags().stream().filter(Mirrors::isMark).map(Mirrors::name).forEach(mirrored::add);
    Set<String> digests = new LinkedHashSet<>();
    for (String digest : inEngine.digests()) {
      String name = name(digest);
      if (mirrored.contains(name)) {
        originals(name)
            .map(original -> original + digest.substring(name.length()))
            .forEach(digests::add);
      }
      if (!mirrored.contains(name) || tags.stream().anyMatch(tag -> name(tag).equals(name))) {
        digests.add(digest);
      }
    }
    return new Names(tags, List.copyOf(digests));
  }

  /** Whether an image with these names in the engine was pulled from a mirror by this name. */
  static boolean isMarked(Names inEngine, ImageReference atMirror) {
    return inEngine.tags().stream()
        .anyMatch(tag -> isMark(tag) && name(tag).equals(atMirror.name()));
  }

  private Stream<String> originals(String name) {
    List<String> originals = new ArrayList<>();
    byRegistry.forEach((registry, places) -> {
      for (String place : places) {
        if (name.startsWith(place + "/")) {
          originals.add(registry + name.substring(place.length()));
        }
      }
    });
    return originals.stream();
  }

  private static boolean isMark(String tag) {
    return tag.startsWith(MARK, tag.lastIndexOf(':') + 1);
  }

  private static String name(String reference) {
    return ImageReference.parse(reference).name();
  }
}
