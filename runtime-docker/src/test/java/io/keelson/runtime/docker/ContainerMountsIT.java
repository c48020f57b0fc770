package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.keelson.linux.NativeMounts;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.ImageArchive;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.Mount;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class ContainerMountsIT {
  private static final ImageSpec DATA =
      ImageSpec.newBuilder().setImage("keelson-test/data:1").build();

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestPod pod;

  ContainerMountsIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    ImageArchive.named(DATA.getImage(), engine.version().architecture())
        .directory("/part", 0755)
        .file("/part/file", 0644, "of the image".getBytes(StandardCharsets.UTF_8))
        .file("/program", 0755, "#!/bin/sh\necho ran\n".getBytes(StandardCharsets.UTF_8))
        .symlink("/out", "../../../../../..")
        .build()
        .loadInto(engine);
    pod = TestPod.run(folder, engine);
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    pod.close();
  }

  private static Mount.Builder image(String subPath) {
    return Mount.newBuilder()
        .setContainerPath("/volume")
        .setImage(DATA)
        .setImageSubPath(subPath)
        .setReadonly(true);
  }

  private static Mount.Builder host(Path path) {
    return Mount.newBuilder().setContainerPath("/volume").setHostPath(path.toString());
  }

  private String create(Mount.Builder mount) throws InterruptedException {
    return pod.create(container -> container.addMounts(mount));
  }

  private String start(Mount.Builder mount) throws InterruptedException {
    return pod.start(container -> container.addMounts(mount));
  }

  private CriException refusal(Mount.Builder mount) {
    return catchThrowableOfType(CriException.class, () -> create(mount));
  }

  private String sh(String container, String script) throws InterruptedException {
    return pod.sh(container, "{ " + script + "; } 2>&1");
  }

  private static Path program(Path directory) throws IOException {
    Path program = Files.writeString(directory.resolve("program"), "#!/bin/sh\necho ran\n");
    return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void anImageIsAVolumeThatCanOnlyBeRead() throws Exception {
    String container = start(image(""));

    assertThat(sh(container, "cat /volume/part/file")).isEqualTo("of the image");
    assertThat(sh(container, "echo x > /volume/part/file")).contains("Read-only file system");
    assertThat(sh(container, "/volume/program")).isEqualTo("ran\n");
    assertThat(
            pod.backend()
                .containers()
                .containerStatus(container)
                .getMounts(0)
                .getImage()
                .getImageRef())
        .isEqualTo(pod.backend().images().imageStatus(DATA).orElseThrow().getId());
  }

  @Test
  void anImageInUseAsAVolumeKeepsItsFilesWhenItIsRemoved() throws Exception {
    String container = create(image(""));
    pod.backend().images().removeImage(DATA);
    pod.backend().containers().startContainer(container);

    assertThat(sh(container, "cat /volume/part/file")).isEqualTo("of the image");

    pod.restartDaemon();
    assertThat(sh(container, "cat /volume/part/file")).isEqualTo("of the image");
  }

  @Test
  void aPartOfAnImageIsAVolumeAndNothingBesideIt() throws Exception {
    String container = start(image("part"));

    assertThat(sh(container, "ls -A /volume")).isEqualTo("file\n");
    assertThat(refusal(image("none")))
        .hasMessageStartingWith("ImageVolumeMountFailed: ")
        .hasMessageContaining("has no 'none'")
        .extracting(CriException::code)
        .isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal(image("out"))).hasMessageContaining("leads out of image");
    assertThat(refusal(image("").setReadonly(false))).hasMessageContaining("readonly");
    assertThat(pod.backend().containers().listContainers()).hasSize(1);
  }

  @Test
  void mountOptionsHoldInTheContainer() throws Exception {
    Path data = Files.createDirectory(folder.resolve("data"));
    program(data);

    String container = start(host(data).addMountOptions("noexec").addMountOptions("nosuid"));

    assertThat(sh(container, "/volume/program")).contains("Permission denied");
    assertThat(sh(container, "echo x > /volume/new; cat /volume/new")).isEqualTo("x\n");
    assertThat(refusal(host(data).addMountOptions("noexek")))
        .hasMessageContaining("'noexek' is not one of")
        .hasMessageContaining("noexec");
  }

  @Test
  void readOnlyReachesMountsBelowOnlyWhenItIsToBeRecursive() throws Exception {
    NativeMounts mounts = new NativeMounts();
    Path data = Files.createDirectory(folder.resolve("data"));
    Path below = Files.createDirectory(data.resolve("below"));
    mounts.tmpfs(below, 0);
    try {
      String plain = start(host(data).setReadonly(true));
      assertThat(sh(plain, "echo x > /volume/new")).contains("Read-only file system");
      assertThat(sh(plain, "echo x > /volume/below/new; cat /volume/below/new")).isEqualTo("x\n");
      pod.backend().containers().removeContainer(plain);

      String recursive = start(host(data).setReadonly(true).setRecursiveReadOnly(true));
      assertThat(sh(recursive, "echo x > /volume/new")).contains("Read-only file system");
      assertThat(sh(recursive, "echo x > /volume/below/new")).contains("Read-only file system");
      assertThat(mounts.isMountPoint(below)).isTrue();
      Files.writeString(below.resolve("hosts"), "the host can still write");
    } finally {
      mounts.detach(below);
    }
  }
}
