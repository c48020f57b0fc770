package io.keelson.runtime.docker.cdi;

import io.keelson.runtime.spi.CriException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The CDI specs of a machine. One that cannot be used matters to those who miss its devices. */
final class CdiSpecs {
  private static final int FILE_LIMIT = 1024;

  private final List<Path> directories;
  private final Map<String, List<CdiSpec>> describing = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  private CdiSpecs(List<Path> directories) {
    this.directories = directories;
  }

  /** Reads every spec in some directories, of which later ones come before earlier ones. */
  static CdiSpecs in(List<Path> directories) {
    CdiSpecs specs = new CdiSpecs(directories);
    for (Path directory : directories) {
      specs.add(directory);
    }
    return specs;
  }

  private void add(Path directory) {
    Map<String, List<CdiSpec>> found = new HashMap<>();
    for (Path file : files(directory)) {
      try {
        CdiSpec spec = CdiSpec.read(file);
        for (String device : spec.devices().keySet()) {
          found.computeIfAbsent(device, name -> new ArrayList<>()).add(spec);
        }
      } catch (IOException e) {
        problems.add("%s: %s".formatted(file, e.getMessage()));
      }
    }
    describing.putAll(found);
  }

  private List<Path> files(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(CdiSpec::isSpec).sorted().limit(FILE_LIMIT).toList();
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (IOException e) {
      problems.add("%s: %s".formatted(directory, e.getMessage()));
      return List.of();
    }
  }

  /**
   * The spec that describes a device.
   *
   * @throws CriException {@code FAILED_PRECONDITION} when there is none, or more than one
   */
  CdiSpec describing(String device) {
    List<CdiSpec> specs = describing.getOrDefault(device, List.of());
    if (specs.size() > 1) {
      throw CriException.failedPrecondition(
          "CDI device '%s' is described by %s; only one of them may"
              .formatted(
                  device,
                  specs.stream()
                      .map(spec -> spec.file().toString())
                      .collect(Collectors.joining(" and "))));
    }
    if (specs.isEmpty()) {
      String unreadable =
          problems.isEmpty() ? "" : "; some cannot be used: " + String.join("; ", problems);
      throw CriException.failedPrecondition(
          "no CDI spec in %s describes device '%s'; install the one of its driver%s"
              .formatted(
                  directories.stream().map(Path::toString).collect(Collectors.joining(" or ")),
                  device,
                  unreadable));
    }
    return specs.getFirst();
  }
}
