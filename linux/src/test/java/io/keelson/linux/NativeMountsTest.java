package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeMountsTest {
  private final Mounts mounts = new NativeMounts();

  @TempDir Path directory;

  @Test
  void aMountPointIsReadFromTheFifthFieldWithItsEscapes() {
    assertThat(
            NativeMounts.mountPointOf(
                "36 35 98:0 /mnt1 /a\\040b\\134c rw,noatime master:1 - ext3 /dev/root rw"))
        .isEqualTo("/a b\\c");
    assertThat(NativeMounts.mountPointOf("garbage")).isEmpty();
  }

  @Test
  void procIsAMountPointAndAPlainOrMissingPathIsNone() throws Exception {
    assertThat(mounts.isMountPoint(Path.of("/proc"))).isTrue();
    assertThat(mounts.isMountPoint(Files.createDirectory(directory.resolve("plain")))).isFalse();
    assertThat(mounts.isMountPoint(directory.resolve("missing"))).isFalse();
  }

  @Test
  void aRefusedCallNamesItselfItsObjectAndTheError() {
    Path missing = directory.resolve("missing");

    assertThatThrownBy(() -> mounts.detach(missing))
        .isInstanceOf(LinuxException.class)
        .message()
        .startsWith("umount2 " + missing + ": E");
  }

  @ParameterizedTest
  @CsvSource({
    "5.12.0, true",
    "6.1.0-13-amd64, true",
    "10.0, true",
    "5.11.22, false",
    "4.19.0, false",
    "unknown, false",
    "'', false"
  })
  void theKernelsReleaseTellsWhetherMountTreesCanBeCopied(String release, boolean known) {
    assertThat(MountTrees.areKnownTo(release)).isEqualTo(known);
  }
}
