package io.keelson.node.agent.manifest;

import io.fabric8.kubernetes.api.model.ConfigMap;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Manifests from given files, read once. */
public final class ManifestFiles implements ManifestSource {
  private final List<Path> files;
  private final ManifestParser parser;

  /** Creates a source; nothing is read before {@link #start}. */
  public ManifestFiles(List<Path> files, ManifestParser parser) {
    this.files = List.copyOf(files);
    this.parser = parser;
  }

  /**
   * Reads the files.
   *
   * @throws ManifestException with the problems of all files, when there is any
   */
  @Override
  public void start(Consumer<Manifests> receiver) {
    List<ManifestParser.Content> contents = new ArrayList<>();
    List<ManifestProblem> problems = new ArrayList<>();
    for (Path file : files) {
      try {
        contents.add(read(file, parser));
      } catch (ManifestException e) {
        problems.addAll(e.problems());
      }
    }
    Manifests manifests = merge(contents, problems);
    if (!manifests.problems().isEmpty()) {
      throw new ManifestException(manifests.problems());
    }
    receiver.accept(manifests);
  }

  @Override
  public void close() {}

  static ManifestParser.Content read(Path file, ManifestParser parser) {
    String source = file.toAbsolutePath().normalize().toString();
    try {
      if (Files.size(file) > ManifestParser.SIZE_LIMIT) {
        throw failure(
            source,
            "the file has %d bytes, the limit is %d"
                .formatted(Files.size(file), ManifestParser.SIZE_LIMIT));
      }
      return parser.parse(source, Files.readString(file));
    } catch (NoSuchFileException e) {
      throw failure(source, "there is no such file");
    } catch (CharacterCodingException e) {
      throw failure(source, "the file is not UTF-8 text");
    } catch (IOException e) {
      throw failure(source, "the file cannot be read: " + e.getMessage());
    }
  }

  private static ManifestException failure(String source, String message) {
    return new ManifestException(List.of(new ManifestProblem(source, 0, "", message)));
  }

  /** Joins files in their order; of two objects with one name the first is taken. */
  static Manifests merge(
      Collection<ManifestParser.Content> contents, List<ManifestProblem> problems) {
    Map<String, PodManifest> pods = new HashMap<>();
    Map<String, String> uids = new HashMap<>();
    Map<String, ConfigMap> configMaps = new HashMap<>();
    List<ManifestProblem> found = new ArrayList<>(problems);
    for (ManifestParser.Content content : contents) {
      for (ConfigMap map : content.configMaps()) {
        configMaps.putIfAbsent(
            map.getMetadata().getNamespace() + "/" + map.getMetadata().getName(), map);
      }
      for (PodManifest pod : content.pods()) {
        PodManifest first = pods.get(pod.fullName());
        String sameUid = uids.get(pod.uid());
        if (first != null) {
          found.add(
              new ManifestProblem(
                  pod.source(),
                  0,
                  "metadata.name",
                  "a pod %s is in %s already; that one is used"
                      .formatted(pod.fullName(), first.source())));
        } else if (sameUid != null) {
          found.add(
              new ManifestProblem(
                  pod.source(),
                  0,
                  "metadata.uid",
                  "%s has the uid of %s; leave it out of one".formatted(pod.fullName(), sameUid)));
        } else {
          pods.put(pod.fullName(), pod);
          uids.put(pod.uid(), pod.fullName());
        }
      }
    }
    return new Manifests(List.copyOf(pods.values()), configMaps, found);
  }
}
