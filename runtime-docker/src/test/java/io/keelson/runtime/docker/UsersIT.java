package io.keelson.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ContainerUser;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxContainerUser;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.SupplementalGroupsPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class UsersIT {
  private static final String ACCOUNTS = "keelson-test/accounts:1";
  private static final String LARGE = "keelson-test/large-passwd:1";

  private static final String PASSWD =
      """
      root:x:0:0:root:/root:/bin/sh
      worker:x:1000:1000:::/bin/sh
      """;

  private static final String GROUP =
      """
      root:x:0:
      worker:x:1000:
      audio:x:63:worker
      admins:x:2000:root,worker
      """;

  @TempDir private Path folder;
  private final DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;
  private PodSandboxConfig config;
  private String pod;

  UsersIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void runPod() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    String architecture = engine.version().architecture();
    BusyboxImage.builder(ACCOUNTS, architecture)
        .file("/data/passwd", 0644, PASSWD.getBytes(UTF_8))
        .symlink("/etc/passwd", "../data/current")
        .symlink("/data/current", "/data/passwd")
        .file("/etc/group", 0644, GROUP.getBytes(UTF_8))
        .user("worker")
        .build()
        .loadInto(engine);
    BusyboxImage.builder(LARGE, architecture)
        .file("/etc/passwd", 0644, "x".repeat(1 << 21).getBytes(UTF_8))
        .build()
        .loadInto(engine);
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open();
    config = TestPods.pod("users", folder.resolve("logs")).build();
    pod = backend.podSandboxes().runPodSandbox(config, "docker");
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }

  @Test
  void theGroupsOfTheImageAreMergedIntoThoseAskedFor() throws InterruptedException {
    String container =
        start(
            ACCOUNTS,
            context ->
                context
                    .setRunAsUser(number(1000))
                    .setRunAsGroup(number(7))
                    .addSupplementalGroups(8));
    assertRunsAs(container, 1000, 7, List.of(7L, 63L, 2000L, 8L));
  }

  @Test
  void strictlyThereAreOnlyTheGroupsAskedForAndThePrimaryOne() throws InterruptedException {
    String container =
        start(
            ACCOUNTS,
            context ->
                context
                    .addSupplementalGroups(8)
                    .setSupplementalGroupsPolicy(SupplementalGroupsPolicy.Strict));
    assertRunsAs(container, 1000, 1000, List.of(1000L, 8L));
  }

  @Test
  void theUserOfTheImageIsTakenAndStillKnownToTheNextDaemon() throws InterruptedException {
    String container = start(ACCOUNTS, context -> {});
    assertRunsAs(container, 1000, 1000, List.of(1000L, 63L, 2000L));
    ContainerStatus before = backend.containers().containerStatus(container);
    backend.close();
    backend = node.open();
    assertThat(backend.containers().containerStatus(container)).isEqualTo(before);
  }

  @Test
  void anImageWithoutAccountsIsRunAsRoot() throws InterruptedException {
    assertRunsAs(start(BusyboxImage.NAME, context -> {}), 0, 0, List.of(0L));
  }

  @Test
  void anUnknownUserAndAccountsBeyondMeasureAreRefusedAndLeaveNothing()
      throws InterruptedException {
    assertInvalid(
        ACCOUNTS,
        context -> context.setRunAsUsername("nobody"),
        "user 'nobody' is not in /etc/passwd of image '" + ACCOUNTS + "'");
    assertInvalid(LARGE, context -> {}, "2097152 bytes");
    assertThat(node.containersOfThisNode()).hasSize(1);
  }

  private void assertInvalid(
      String image, Consumer<LinuxContainerSecurityContext.Builder> change, String told) {
    assertThatThrownBy(() -> start(image, change))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining(told);
  }

  private String start(String image, Consumer<LinuxContainerSecurityContext.Builder> change)
      throws InterruptedException {
    ContainerConfig.Builder container = TestPods.container("main", image, "/bin/sleep", "600");
    LinuxContainerSecurityContext.Builder context =
        container.getLinuxBuilder().getSecurityContextBuilder();
    context.getNamespaceOptionsBuilder().setPid(NamespaceMode.CONTAINER);
    change.accept(context);
    String id = backend.containers().createContainer(pod, container.build(), config);
    backend.containers().startContainer(id);
    return id;
  }

  /** Both what the status says, and what the kernel says of the first process and of another. */
  private void assertRunsAs(String container, long uid, long gid, List<Long> groups)
      throws InterruptedException {
    assertThat(backend.containers().containerStatus(container).getUser())
        .isEqualTo(
            ContainerUser.newBuilder()
                .setLinux(
                    LinuxContainerUser.newBuilder()
                        .setUid(uid)
                        .setGid(gid)
                        .addAllSupplementalGroups(groups))
                .build());
    String sorted = groups.stream().sorted().map(String::valueOf).collect(Collectors.joining(" "));
    for (String process : List.of("1", "self")) {
      String status = cat(container, "/proc/" + process + "/status");
      assertThat(status)
          .contains("Uid:\t%d\t".formatted(uid), "Gid:\t%d\t".formatted(gid))
          .contains("Groups:\t" + sorted + " \n");
    }
  }

  private String cat(String container, String file) throws InterruptedException {
    return backend
        .containers()
        .execSync(container, List.of("/bin/cat", file), Duration.ofSeconds(30))
        .getStdout()
        .toStringUtf8();
  }

  private static Int64Value number(long value) {
    return Int64Value.newBuilder().setValue(value).build();
  }
}
