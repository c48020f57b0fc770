package io.keelson.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Removal of folders. */
final class FoldersTest {
  @TempDir private Path folder;

  @Test
  void onlyAnEmptyFolderIsDeletedAsEmpty() throws Exception {
    Path full = Files.createDirectories(folder.resolve("full"));
    Files.writeString(full.resolve("file"), "x");
    Path empty = Files.createDirectories(folder.resolve("empty"));

    Folders.deleteIfEmpty(full);
    Folders.deleteIfEmpty(empty);
    Folders.deleteIfEmpty(empty);

    assertThat(full.resolve("file")).exists();
    assertThat(empty).doesNotExist();
  }
}
