package io.keelson.runtime.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.keelson.linux.NativeMounts;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.docker.image.ImageArchive;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class ContainerMountsIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final ImageSpec DATA =
      ImageSpec.newBuilder().setImage("keelson-test/data:1").build();

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;
  private PodSandboxConfig podConfig;
  private String pod;

  ContainerMountsIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runAPod() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    ImageArchive.named(DATA.getImage(), engine.version().architecture())
        .directory("/part", 0755)
        .file("/part/file", 0644, "of the image".getBytes(StandardCharsets.UTF_8))
        .file("/program", 0755, "#!/bin/sh\necho ran\n".getBytes(StandardCharsets.UTF_8))
        .symlink("/out", "../../../../../..")
        .build()
        .loadInto(engine);
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open();
    podConfig = TestPods.pod("mounts", folder.resolve("logs")).build();
    pod = backend.podSandboxes().runPodSandbox(podConfig, "docker");
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
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
    ContainerConfig config =
        TestPods.container("main", BusyboxImage.NAME, "/bin/sleep", "600").addMounts(mount).build();
    return backend.containers().createContainer(pod, config, podConfig);
  }

  private String start(Mount.Builder mount) throws InterruptedException {
    String id = create(mount);
    backend.containers().startContainer(id);
    return id;
  }

  private CriException refusal(Mount.Builder mount) {
    return catchThrowableOfType(CriException.class, () -> create(mount));
  }

  private String sh(String container, String script) throws InterruptedException {
    ExecSyncResponse ran =
        backend
            .containers()
            .execSync(container, List.of("/bin/sh", "-c", "{ " + script + "; } 2>&1"), LIMIT);
    return ran.getStdout().toStringUtf8();
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
            backend.containers().containerStatus(container).getMounts(0).getImage().getImageRef())
        .isEqualTo(backend.images().imageStatus(DATA).orElseThrow().getId());
  }

  @Test
  void anImageInUseAsAVolumeKeepsItsFilesWhenItIsRemoved() throws Exception {
    String container = create(image(""));
    backend.images().removeImage(DATA);
    backend.containers().startContainer(container);

    assertThat(sh(container, "cat /volume/part/file")).isEqualTo("of the image");

    backend.close();
    backend = node.open();
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
    assertThat(backend.containers().listContainers()).hasSize(1);
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
      backend.containers().removeContainer(plain);

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
