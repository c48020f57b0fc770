package io.keelson.volumes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keelson.linux.LinuxException;
import io.keelson.linux.NativeMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedVolumesIT {
  @TempDir private Path directory;
  private final NativeMounts mounts = new NativeMounts();
  private final PodVolumes volumes = PodVolumes.standard(mounts);

  @BeforeEach
  void needMounts() throws IOException {
    Path probe = Files.createDirectory(directory.resolve("probe"));
    try {
      mounts.tmpfs(probe, 0);
      mounts.unmount(probe);
    } catch (LinuxException e) {
      Assumptions.abort("this process may not mount filesystems: " + e.getMessage());
    }
  }

  @Test
  void anEmptyDirInMemoryHoldsNoMoreThanItsLimitAndGoesWithThePod() throws IOException {
    Path pod = directory.resolve("pod");
    Path path = memory(pod).path();
    assertThat(mounts.isMountPoint(path)).isTrue();
    assertThatThrownBy(() -> Files.write(path.resolve("big"), new byte[2 * 1024 * 1024]))
        .isInstanceOf(IOException.class);

    memory(pod);
    volumes.unpublishAll(pod);

    assertThat(mounts.isMountPoint(path)).isFalse();
    assertThat(path).doesNotExist();
  }

  private HostPathPublication memory(Path pod) {
    return volumes.publish(
        pod, "fast", new EmptyDir(EmptyDir.Medium.MEMORY, 1024 * 1024), VolumeOwnership.UNCHANGED);
  }

  @Test
  void aSubPathShowsItsPartOnlyAndKeepsShowingItWhenALinkIsPutInItsPlace() throws IOException {
    Path pod = directory.resolve("pod");
    HostPathPublication volume =
        volumes.publish(
            pod, "data", new EmptyDir(EmptyDir.Medium.DISK, 0), VolumeOwnership.ofGroup(4242));
    Path part = volumes.pinSubPath(pod, "data", volume, "web", 0, "a/b");
    Files.writeString(volume.path().resolve("a/b/file"), "inside");

    Files.move(volume.path().resolve("a/b"), volume.path().resolve("moved"));
    Files.createSymbolicLink(volume.path().resolve("a/b"), Path.of("/etc"));

    assertThat(part.resolve("file")).hasContent("inside");
    assertThat(Files.getAttribute(volume.path(), "unix:gid")).isEqualTo(4242);
    volumes.unpublishAll(pod);
    assertThat(mounts.isMountPoint(part)).isFalse();
    assertThat(pod.resolve("volume-subpaths")).doesNotExist();
  }
}
