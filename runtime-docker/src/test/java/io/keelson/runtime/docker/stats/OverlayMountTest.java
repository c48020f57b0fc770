package io.keelson.runtime.docker.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverlayMountTest {
  @TempDir private Path process;

  private void mounts(String text) throws IOException {
    Files.writeString(process.resolve("mountinfo"), text);
  }

  @Test
  void findsTheUpperFolderOfTheRootAndOfNoOtherOverlay() throws IOException {
    mounts(
        """
        880 890 0:70 / /cache rw - overlay overlay rw,lowerdir=/x,upperdir=/other,workdir=/w
        890 600 0:64 / / rw,relatime master:1 - overlay overlay rw,lowerdir=/l1:/l2,upperdir=/u/diff,workdir=/w
        891 890 0:66 / /proc rw - proc proc rw
        """);

    assertThat(OverlayMount.upper(process)).contains(Path.of("/u/diff"));
  }

  @Test
  void findsNoneOfARootThatIsNoOverlayOrWasMountedByShortNames() throws IOException {
    mounts("890 600 254:0 / / rw - ext4 /dev/vda rw\n");
    assertThat(OverlayMount.upper(process)).isEmpty();

    mounts("890 600 0:64 / / rw - overlay overlay rw,lowerdir=l/A:l/B,upperdir=x/diff\n");
    assertThat(OverlayMount.upper(process)).isEmpty();
  }

  @Test
  void findsNoneOfAProcessThatHasEnded() {
    assertThat(OverlayMount.upper(process.resolve("gone"))).isEmpty();
  }
}
