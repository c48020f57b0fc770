package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFilesystemsTest {
  private final Filesystems filesystems = new NativeFilesystems();
  @TempDir private Path folder;

  private Filesystems.Usage usage() throws InterruptedException {
    return filesystems.usage(folder, () -> {});
  }

  @Test
  void countsFilesFoldersAndLinks() throws IOException, InterruptedException {
    Filesystems.Usage before = usage();
    Files.createDirectories(folder.resolve("a/b/c"));
    Files.write(folder.resolve("a/b/c/data"), new byte[1024 * 1024]);
    Files.createSymbolicLink(folder.resolve("a/link"), Path.of("/usr"));

    Filesystems.Usage after = usage();
    assertThat(before.inodes()).isEqualTo(1);
    assertThat(after.inodes()).isEqualTo(6);
    assertThat(after.bytes() - before.bytes()).isBetween(1024 * 1024L, 1200 * 1024L);
  }

  @Test
  void aFileWithSeveralNamesTakesItsSpaceOnce() throws IOException, InterruptedException {
    Path data = Files.write(folder.resolve("data"), new byte[1024 * 1024]);
    Filesystems.Usage before = usage();
    Files.createLink(folder.resolve("second"), data);
    Files.createLink(folder.resolve("third"), data);

    assertThat(usage()).isEqualTo(before);
  }

  @Test
  void theHolesOfASparseFileTakeNothing() throws IOException, InterruptedException {
    try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve("sparse").toFile(), "rw")) {
      sparse.setLength(1L << 32);
    }

    assertThat(usage().bytes()).isLessThan(1 << 20);
  }

  @Test
  void tellsItsPaceAndCanBeGivenUp() throws IOException, InterruptedException {
    for (int i = 0; i < 1000; i++) {
      Files.createFile(folder.resolve("file" + i));
    }
    AtomicInteger steps = new AtomicInteger();
    filesystems.usage(folder, steps::incrementAndGet);

    assertThat(steps).hasValue(3);
    assertThatThrownBy(() ->
            filesystems.usage(
                folder,
                () -> {
                  throw new InterruptedException("enough");
                }))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void foldersWithoutEndAreLookedIntoOnlySoFar() throws IOException, InterruptedException {
    Path deep = folder;
    for (int i = 0; i < Filesystems.DEPTH_LIMIT + 50; i++) {
      deep = deep.resolve("d");
    }
    Files.createDirectories(deep);

    assertThat(usage().inodes()).isEqualTo(Filesystems.DEPTH_LIMIT + 1);
  }

  @Test
  void tellsTheSizeOfAFilesystem() throws IOException {
    Filesystems.Capacity capacity = filesystems.capacity(folder);

    assertThat(capacity.bytes()).isEqualTo(Files.getFileStore(folder).getTotalSpace());
    assertThat(capacity.availableBytes()).isBetween(0L, capacity.bytes());
    assertThat(capacity.freeInodes()).isBetween(0L, capacity.inodes());
  }

  @Test
  void aFolderThatIsNotThereIsAnError() {
    Path missing = folder.resolve("missing");

    assertThatThrownBy(() -> filesystems.usage(missing, () -> {}))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining(missing.toString());
    assertThatThrownBy(() -> filesystems.capacity(missing)).isInstanceOf(LinuxException.class);
  }
}
