package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.keelson.linux.Capabilities;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.v1.Capability;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class PrivilegesIT {
  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestPod pod;

  PrivilegesIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPrivilegedPod() throws IOException, InterruptedException {
    pod =
        TestPod.run(
            folder,
            engine,
            DockerSettings.DEFAULTS,
            config -> config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true));
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    pod.close();
  }

  /** What a script prints in a container with this security context. */
  private String run(String script, Consumer<LinuxContainerSecurityContext.Builder> change)
      throws InterruptedException {
    String container =
        pod.start(config -> change.accept(config.getLinuxBuilder().getSecurityContextBuilder()));
    return pod.sh(container, script + " 2>&1");
  }

  private static String effective(long capabilities) {
    return "CapEff:\t%016x".formatted(capabilities);
  }

  /** All there are on this machine; those that are parts of SYS_ADMIN need no mention. */
  private static Pattern everything() {
    long bounding = Capabilities.ofThisProcess().bounding();
    long parts = 7L << 38;
    return Pattern.compile(effective(bounding) + "\n|" + effective(bounding & ~parts) + "\n");
  }

  @Test
  void aPrivilegedContainerCanDoWhateverThisMachineCan() throws Exception {
    String said =
        run(
            "cat /proc/self/status; /bin/busybox mount -t tmpfs none /tmp && echo mounted;"
                + " /bin/busybox test -c /dev/kmsg && echo device; /bin/busybox mkdir /x;"
                + " /bin/busybox mknod /x/null c 1 3 && echo x > /x/null && echo made",
            context -> context.setPrivileged(true));

    assertThat(said)
        .containsPattern(everything())
        .contains("Seccomp:\t0")
        .contains("mounted\n")
        .contains("device\n")
        .contains("made\n");
  }

  @Test
  void allCapabilitiesAreThoseThisMachineHas() throws Exception {
    String said =
        run(
            "cat /proc/self/status",
            context -> context.setCapabilities(Capability.newBuilder().addAddCapabilities("ALL")));

    assertThat(said).containsPattern(everything());
  }

  @Test
  void whatIsDroppedIsMissingFromAllThatIsAdded() throws Exception {
    String said =
        run(
            "cat /proc/self/status",
            context ->
                context.setCapabilities(
                    Capability.newBuilder()
                        .addAddCapabilities("ALL")
                        .addDropCapabilities("CHOWN")
                        .addDropCapabilities("NET_RAW")));

    long has = Long.parseUnsignedLong(said.replaceAll("(?s).*CapEff:\t([0-9a-f]+)\n.*", "$1"), 16);
    assertThat(has & (1L << 0 | 1L << 13)).isZero();
    assertThat(has & 1L << 12).as("NET_ADMIN, which is not dropped").isNotZero();
  }

  @Test
  void capabilitiesAreAddedAndDroppedByAnyOfTheirNames() throws Exception {
    String said =
        run(
            "cat /proc/self/status",
            context ->
                context.setCapabilities(
                    Capability.newBuilder()
                        .addDropCapabilities("ALL")
                        .addAddCapabilities("CAP_NET_ADMIN")
                        .addAddCapabilities("sys_time")));

    assertThat(said).contains(effective(1L << 12 | 1L << 25));
  }
}
