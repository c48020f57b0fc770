package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountsIT {
  private final Mounts mounts = new NativeMounts();

  @TempDir Path directory;
  private Path source;
  private Path target;

  @BeforeEach
  void needsTheRightToMount() throws Exception {
    if (!Capabilities.ofThisProcess().has(Capability.SYS_ADMIN)) {
      Assumptions.abort("mounting needs CAP_SYS_ADMIN: run as root");
    }
    source = Files.createDirectory(directory.resolve("source"));
    Files.writeString(source.resolve("file"), "content");
    target = Files.createDirectory(directory.resolve("target with space"));
  }

  @Test
  void whatIsBoundIsSeenAtTheTargetUntilItIsUnmounted() {
    mounts.bind(source, target);

    assertThat(mounts.isMountPoint(target)).isTrue();
    assertThat(target.resolve("file")).hasContent("content");

    mounts.unmount(target);

    assertThat(mounts.isMountPoint(target)).isFalse();
    assertThat(target).isEmptyDirectory();
  }

  @Test
  void aMountInUseIsRefusedByUnmountAndGivenUpByDetach() throws Exception {
    Path inner = Files.createDirectory(source.resolve("inner"));
    mounts.bind(source, target);
    mounts.bind(inner, target.resolve("inner"));
    try (InputStream open = Files.newInputStream(target.resolve("file"))) {
      assertThatThrownBy(() -> mounts.unmount(target))
          .isInstanceOfSatisfying(
              LinuxException.class, e -> assertThat(e.errnoName()).isEqualTo("EBUSY"));

      mounts.detach(target);

      assertThat(mounts.isMountPoint(target)).isFalse();
      assertThat(new String(open.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("content");
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as(String.join(" ", command))
        .isZero();
  }

  @Test
  void aCopiedTreeHasItsOwnFlagsAndTakesNothingOfTheSourceAlongWhenItGoes() throws Exception {
    Path inner = Files.createDirectory(source.resolve("inner"));
    mounts.bind(source, source);
    run("mount", "--make-shared", source.toString());
    mounts.tmpfs(inner, 0);
    try {
      Files.writeString(inner.resolve("below"), "content");

      mounts.copyTree(
          source, target, EnumSet.of(MountFlag.READ_ONLY, MountFlag.NO_EXECUTION), true, false);

      assertThat(target.resolve("file")).hasContent("content");
      assertThat(target.resolve("inner/below")).hasContent("content");
      assertThatThrownBy(() -> Files.writeString(target.resolve("file"), "x"))
          .hasMessageContaining("Read-only");
      assertThatThrownBy(() -> Files.writeString(target.resolve("inner/below"), "x"))
          .hasMessageContaining("Read-only");
      Files.writeString(inner.resolve("below"), "the source can still be written");

      mounts.detach(target);

      assertThat(mounts.isMountPoint(inner)).isTrue();
      assertThat(target).isEmptyDirectory();
    } finally {
      mounts.detach(source);
    }
  }

  @Test
  void flagsStayAboveTheMountsBelowUnlessWanted() throws Exception {
    Path inner = Files.createDirectory(source.resolve("inner"));
    mounts.tmpfs(inner, 0);
    try {
      mounts.copyTree(source, target, EnumSet.of(MountFlag.READ_ONLY), false, false);

      assertThatThrownBy(() -> Files.writeString(target.resolve("file"), "x"))
          .hasMessageContaining("Read-only");
      Files.writeString(target.resolve("inner/new"), "x");

      mounts.detach(target);
    } finally {
      mounts.detach(inner);
    }
  }

  @Test
  void aCopyThatFollowsItsSourceSeesWhatIsMountedThereLater() throws Exception {
    Path inner = Files.createDirectory(source.resolve("inner"));
    mounts.bind(source, source);
    run("mount", "--make-shared", source.toString());
    try {
      mounts.copyTree(source, target, EnumSet.noneOf(MountFlag.class), false, true);
      mounts.tmpfs(inner, 0);
      Files.writeString(inner.resolve("late"), "x");

      assertThat(target.resolve("inner/late")).exists();

      mounts.detach(target);
      assertThat(mounts.isMountPoint(inner)).isTrue();
    } finally {
      mounts.detach(source);
    }
  }

  @Test
  void layersAreSeenAsOneWithTheUppermostInFront() throws Exception {
    Path upper = Files.createDirectory(directory.resolve("upper: with a colon"));
    Files.writeString(upper.resolve("file"), "newer");
    Files.writeString(source.resolve("other"), "older");

    mounts.layers(List.of(upper, source), target);
    try {
      assertThat(target.resolve("file")).hasContent("newer");
      assertThat(target.resolve("other")).hasContent("older");
      assertThatThrownBy(() -> Files.writeString(target.resolve("file"), "x"))
          .hasMessageContaining("Read-only");
    } finally {
      mounts.unmount(target);
    }
  }

  @Test
  void aTreeWithAMountInItIsNotDeleted() throws Exception {
    Path doomed = Files.createDirectories(directory.resolve("doomed/target with space"));
    Files.writeString(directory.resolve("doomed/beside"), "content");
    mounts.bind(source, doomed);
    try {
      assertThatThrownBy(() -> FileTrees.delete(directory.resolve("doomed")))
          .hasMessageContaining("still mounted at " + doomed.toRealPath());
      assertThat(source.resolve("file")).hasContent("content");
      assertThat(directory.resolve("doomed/beside")).exists();
    } finally {
      mounts.unmount(doomed);
    }
    FileTrees.delete(directory.resolve("doomed"));

    assertThat(directory.resolve("doomed")).doesNotExist();
    assertThat(source.resolve("file")).hasContent("content");
  }
}
