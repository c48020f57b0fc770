package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InotifyTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Inotify inotify = Inotify.open();

  @AfterEach
  void close() {
    inotify.close();
  }

  @Test
  void manyWritesAreOneChange() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    int watch = inotify.watch(folder);
    for (int i = 0; i < 1000; i++) {
      Files.writeString(file, "line " + i);
    }
    assertThat(inotify.await(LONG)).isTrue();
    assertThat(inotify.take()).isEqualTo(new Inotify.Changes(Set.of(watch), false));
    assertThat(inotify.await(Duration.ZERO)).isFalse();
    assertThat(inotify.take().watches()).isEmpty();
  }

  @Test
  void newFilesAndFilesMovedHereAreTold() throws IOException {
    Path first = Files.createDirectory(folder.resolve("first"));
    Path second = Files.createDirectory(folder.resolve("second"));
    int ofFirst = inotify.watch(first);
    int ofSecond = inotify.watch(second);
    Files.createFile(first.resolve("file"));
    assertThat(inotify.take().watches()).containsExactly(ofFirst);
    Files.move(first.resolve("file"), second.resolve("file"));
    assertThat(inotify.take().watches()).containsExactly(ofSecond);
  }

  @Test
  void moreThanTheKernelKeepsIsToldAsUnknown() throws IOException {
    Path first = Files.createFile(folder.resolve("first"));
    Path second = Files.createFile(folder.resolve("second"));
    inotify.watch(folder);
    int limit =
        Integer.parseInt(
            Files.readAllLines(Path.of("/proc/sys/fs/inotify/max_queued_events")).getFirst());
    // Equal changes in a row would be one.
    for (int i = 0; i <= limit; i++) {
      Files.write(i % 2 == 0 ? first : second, new byte[1]);
    }
    assertThat(inotify.take().unknown()).isTrue();
  }

  @Test
  void aFolderNoLongerWatchedIsQuiet() throws IOException {
    int watch = inotify.watch(folder);
    inotify.unwatch(watch);
    inotify.unwatch(watch);
    inotify.take();
    Files.createFile(folder.resolve("file"));
    assertThat(inotify.await(Duration.ZERO)).isFalse();
  }

  @Test
  void whatIsNoFolderIsRefused() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThatThrownBy(() -> inotify.watch(file))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("ENOTDIR");
    assertThatThrownBy(() -> inotify.watch(folder.resolve("missing")))
        .isInstanceOf(LinuxException.class)
        .hasMessageContaining("ENOENT");
  }

  @Test
  void closingEndsAWait() throws InterruptedException {
    Thread waiting = Thread.ofPlatform().start(() -> inotify.await(LONG));
    inotify.close();
    inotify.close();
    assertThat(waiting.join(LONG)).isTrue();
    assertThat(inotify.await(LONG)).isFalse();
    assertThat(inotify.take().watches()).isEmpty();
  }
}
