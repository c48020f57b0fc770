package io.keelson.cli.up;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Removal of folders. */
final class Folders {
  private Folders() {}

  /** Deletes a folder if it is there and nothing is in it. */
  static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's things are in it.
      return;
    }
  }
}
