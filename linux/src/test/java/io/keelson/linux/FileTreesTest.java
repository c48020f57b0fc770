package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreesTest {
  @TempDir private Path folder;

  @Test
  void whatALinkLeadsToStays() throws Exception {
    Path precious = Files.createDirectories(folder.resolve("precious"));
    Files.writeString(precious.resolve("file"), "x");
    Path doomed = folder.resolve("doomed/deep");
    Files.createDirectories(doomed.resolve("deeper"));
    Files.createSymbolicLink(doomed.resolve("link"), precious);
    Files.createSymbolicLink(doomed.resolve("dangling"), folder.resolve("none"));
    Files.writeString(doomed.resolve("file"), "x");

    FileTrees.delete(folder.resolve("doomed"));
    FileTrees.delete(folder.resolve("doomed"));

    assertThat(folder.resolve("doomed")).doesNotExist();
    assertThat(precious.resolve("file")).hasContent("x");
  }

  @Test
  void aLinkIsDeletedInsteadOfTheFolderItLeadsTo() throws Exception {
    Path precious = Files.createDirectories(folder.resolve("precious"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), precious);

    FileTrees.delete(link);

    assertThat(Files.isSymbolicLink(link)).isFalse();
    assertThat(precious).isDirectory();
  }
}
