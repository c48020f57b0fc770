package io.keelson.runtime.docker.checkpoint;

import io.keelson.linux.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What one checkpoint consists of while it is made. Its files are made beside their places under
 * other names and renamed at the end; links to them are kept, so that a daemon that starts again
 * finds and deletes what was cut short. Not thread-safe.
 */
final class CheckpointStage {
  /** Names the containers that stand still. */
  static final String FROZEN = "frozen";

  private static final String UNFINISHED = "unfinished";

  private final Path root;
  private final Map<Path, Path> unfinished = new LinkedHashMap<>();
  private int folders;

  private CheckpointStage(Path root) {
    this.root = root;
  }

  /** The place of one that is not begun yet. */
  static Path placeIn(Path directory) {
    return directory.resolve(UUID.randomUUID().toString());
  }

  /** Begins one at its place. */
  static CheckpointStage begin(Path directory, Path root) throws IOException {
    Files.createDirectories(directory);
    Files.createDirectory(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return new CheckpointStage(root);
  }

  Path frozen() {
    return root.resolve(FROZEN);
  }

  /** A new folder for what belongs to one container. */
  Path newFolder() throws IOException {
    return Files.createDirectory(root.resolve("container-" + folders++));
  }

  /** Where the file is to be made that will have the given path. */
  Path unfinished(Path path) throws IOException {
    Path beside = path.resolveSibling("." + path.getFileName() + "." + root.getFileName());
    Files.createSymbolicLink(root.resolve(UNFINISHED + "-" + unfinished.size()), beside);
    unfinished.put(path, beside);
    return beside;
  }

  /** Gives the files their names, in the order in which they were begun; all of them or none. */
  void publish() throws IOException {
    try {
      for (Map.Entry<Path, Path> file : unfinished.entrySet()) {
        Files.move(
            file.getValue(),
            file.getKey(),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      for (Path path : unfinished.keySet()) {
        Files.deleteIfExists(path);
      }
      throw e;
    }
  }

  /** Deletes one, with the files that have not got their names. */
  static void discard(Path root) throws IOException {
    List<Path> links;
    try (Stream<Path> entries = Files.list(root)) {
      links = entries.filter(Files::isSymbolicLink).toList();
    }
    for (Path link : links) {
      Files.deleteIfExists(Files.readSymbolicLink(link));
    }
    FileTrees.delete(root);
  }
}
