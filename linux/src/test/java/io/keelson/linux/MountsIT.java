package io.keelson.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
