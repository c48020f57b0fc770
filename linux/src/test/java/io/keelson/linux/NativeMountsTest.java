package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
}
