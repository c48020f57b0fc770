package io.keelson.runtime.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.keelson.runtime.docker.engine.DockerEngine;
import io.keelson.runtime.docker.engine.PrivateEngine;
import io.keelson.runtime.docker.image.BusyboxImage;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxState;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PrivateEngine.class)
class DockerBackendIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final Queue<ContainerEventType> events = new ConcurrentLinkedQueue<>();
  private DockerEngine engine;
  private TestNode node;
  private DockerBackend backend;

  DockerBackendIT(DockerEngine engine) {
    this.engine = engine;
  }

  @BeforeEach
  void openBackend() throws IOException, InterruptedException {
    BusyboxImage.load(engine);
    node = TestNode.in(folder, engine.endpoint());
    backend = node.open((container, pod, type, at) -> events.add(type), Steps.IGNORED);
  }

  @AfterEach
  void leaveNothingBehind() throws IOException, InterruptedException {
    backend.close();
    node.clear();
    assertThat(node.remains()).isEmpty();
  }

  @Test
  void aPodGoesThroughItsWholeLife() throws InterruptedException {
    PodSandboxConfig config = pod("life");
    String pod = run(config);
    PodSandboxStatus ready = backend.podSandboxes().podSandboxStatus(pod);
    assertThat(ready.getState()).isEqualTo(PodSandboxState.SANDBOX_READY);
    assertThat(ready.getNetwork().getIp()).startsWith("10.231.77.");
    assertThat(ready.getLabelsMap()).containsEntry("app", "life");
    assertThat(ready.getAnnotationsMap()).containsEntry("note", "of life");

    String container = create(pod, config, container("main", "sleep 600").build());
    assertThat(status(container).getState()).isEqualTo(ContainerState.CONTAINER_CREATED);
    backend.containers().startContainer(container);
    ContainerStatus running = status(container);
    assertThat(running.getState()).isEqualTo(ContainerState.CONTAINER_RUNNING);
    assertThat(running.getStartedAt()).isGreaterThanOrEqualTo(running.getCreatedAt());
    assertThat(running.getStartedAt() % 1000).as("a time to the nanosecond").isNotZero();

    backend.containers().stopContainer(container, Duration.ZERO);
    ContainerStatus exited = status(container);
    assertThat(exited.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(exited.getExitCode()).isEqualTo(137);
    assertThat(exited.getReason()).isEqualTo("Error");
    assertThat(exited.getFinishedAt()).isGreaterThan(exited.getStartedAt());

    backend.podSandboxes().stopPodSandbox(pod);
    backend.podSandboxes().stopPodSandbox(pod);
    assertThat(backend.podSandboxes().podSandboxStatus(pod).getState())
        .isEqualTo(PodSandboxState.SANDBOX_NOTREADY);
    backend.podSandboxes().removePodSandbox(pod);
    assertNotFound(() -> backend.podSandboxes().podSandboxStatus(pod));
    assertNotFound(() -> backend.containers().containerStatus(container));
    assertThat(events)
        .containsExactly(
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_CREATED_EVENT,
            ContainerEventType.CONTAINER_STARTED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT,
            ContainerEventType.CONTAINER_STOPPED_EVENT,
            ContainerEventType.CONTAINER_DELETED_EVENT,
            ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  @Test
  void imagesThatOthersNameAndRemoveAreSeen() throws InterruptedException {
    ImageSpec other = ImageSpec.newBuilder().setImage("example.com/other:1").build();
    assertThat(backend.images().imageStatus(other)).isEmpty();
    assertThat(tags()).contains("docker.io/" + BusyboxImage.NAME).doesNotContain(other.getImage());

    engine.call(
        "tag", docker -> docker.tagImageCmd(BusyboxImage.NAME, "example.com/other", "1").exec());
    await().atMost(LIMIT).until(() -> tags().contains(other.getImage()));
    assertThat(backend.images().imageStatus(other)).isPresent();

    engine.call("untag", docker -> docker.removeImageCmd(other.getImage()).exec());
    await().atMost(LIMIT).until(() -> backend.images().imageStatus(other).isEmpty());
    assertThat(tags()).doesNotContain(other.getImage());
  }

  private List<String> tags() throws InterruptedException {
    return backend.images().listImages().stream()
        .flatMap(image -> image.getRepoTagsList().stream())
        .toList();
  }

  @Test
  void everythingIsAsBeforeWhenTheDaemonComesBack() throws InterruptedException {
    PodSandboxConfig config = pod("restart");
    String pod = run(config);
    String running = start(pod, config, container("running", "sleep 600").build());
    String ended = start(pod, config, container("ended", "exit 7").build());
    awaitExit(ended);
    PodSandboxStatus podBefore = backend.podSandboxes().podSandboxStatus(pod);
    ContainerStatus runningBefore = status(running);
    ContainerStatus endedBefore = status(ended);
    assertThat(endedBefore.getExitCode()).isEqualTo(7);

    backend.close();
    backend = node.open();

    assertThat(backend.podSandboxes().podSandboxStatus(pod)).isEqualTo(podBefore);
    assertThat(status(running)).isEqualTo(runningBefore);
    assertThat(status(ended)).isEqualTo(endedBefore);
  }

  @Test
  void logsHoldEveryLineInOrderBeforeTheExitIsSeen() throws InterruptedException, IOException {
    PodSandboxConfig config = pod("logs");
    String pod = run(config);
    String container =
        start(pod, config, container("main", "seq 1 5000; echo oops >&2; printf last").build());
    awaitExit(container);

    Path log = Path.of(status(container).getLogPath());
    assertThat(log).isEqualTo(folder.resolve("logs/main/0.log"));
    List<String> lines = Files.readAllLines(log, UTF_8);
    assertThat(lines).hasSize(5002);
    List<String> numbers =
        lines.stream()
            .filter(line -> line.contains(" stdout F "))
            .map(line -> line.substring(line.lastIndexOf(' ') + 1))
            .toList();
    for (int i = 0; i < 5000; i++) {
      assertThat(numbers.get(i)).isEqualTo(String.valueOf(i + 1));
    }
    assertThat(lines).anyMatch(line -> line.endsWith(" stderr F oops"));
    assertThat(lines).anyMatch(line -> line.endsWith(" stdout P last"));
  }

  @Test
  void containersSeeTheirPodsNetworkNamesAndFiles() throws InterruptedException, IOException {
    Path shared = Files.createDirectory(folder.resolve("shared"));
    PodSandboxConfig config =
        pod("seen").toBuilder()
            .setDnsConfig(
                DNSConfig.newBuilder()
                    .addServers("192.0.2.53")
                    .addSearches("default.svc.cluster.local")
                    .addOptions("ndots:5"))
            .setLinux(
                LinuxPodSandboxConfig.newBuilder().putSysctls("net.ipv4.ip_default_ttl", "77"))
            .build();
    String pod = run(config);
    ContainerConfig asked =
        container("main", "sleep 600")
            .addEnvs(KeyValue.newBuilder().setKey("GREETING").setValue(utf8("hello = world")))
            .setWorkingDir("/tmp")
            .addMounts(
                Mount.newBuilder()
                    .setContainerPath("/shared")
                    .setHostPath(shared.toString())
                    .setReadonly(true))
            .build();
    String container = start(pod, config, asked);
    Files.writeString(shared.resolve("file"), "from the host");

    assertThat(sh(container, "cat /etc/resolv.conf"))
        .isEqualTo("search default.svc.cluster.local\nnameserver 192.0.2.53\noptions ndots:5\n");
    assertThat(sh(container, "cat /proc/sys/kernel/hostname")).isEqualTo("seen\n");
    assertThat(sh(container, "cat /proc/sys/net/ipv4/ip_default_ttl")).isEqualTo("77\n");
    assertThat(sh(container, "echo $GREETING; /bin/busybox pwd"))
        .isEqualTo("hello = world\n/tmp\n");
    assertThat(sh(container, "cat /shared/file")).isEqualTo("from the host");
    assertThat(exec(container, "echo x > /shared/file").getExitCode()).isNotZero();
    String ip = backend.podSandboxes().podSandboxStatus(pod).getNetwork().getIp();
    assertThat(sh(container, "cat /proc/net/fib_trie")).contains(ip);
    assertThat(sh(container, "cat /etc/hosts"))
        .startsWith("127.0.0.1\tlocalhost\n")
        .endsWith(ip + "\tseen\n");
    assertThat(sh(container, "cat /etc/hostname")).isEqualTo("seen\n");
    assertThat(sh(container, "/bin/busybox ip addr show lo")).contains("UP", "127.0.0.1/8");
  }

  @Test
  void aPodOnTheHostsNamespacesSharesThem() throws InterruptedException, IOException {
    NamespaceOption host =
        NamespaceOption.newBuilder()
            .setNetwork(NamespaceMode.NODE)
            .setPid(NamespaceMode.NODE)
            .setIpc(NamespaceMode.NODE)
            .build();
    PodSandboxConfig config =
        pod("host").toBuilder()
            .setLinux(
                LinuxPodSandboxConfig.newBuilder()
                    .setSecurityContext(
                        LinuxSandboxSecurityContext.newBuilder().setNamespaceOptions(host)))
            .build();
    String pod = run(config);
    String container =
        start(
            pod,
            config,
            secured("main", "sleep 600", context -> context.setNamespaceOptions(host)));

    assertThat(backend.podSandboxes().podSandboxStatus(pod).getNetwork().getIp()).isEmpty();
    for (String namespace : List.of("net", "pid", "ipc")) {
      String own = Files.readSymbolicLink(Path.of("/proc/self/ns", namespace)).toString();
      assertThat(sh(container, "ls -l /proc/self/ns/" + namespace)).contains(own);
    }
  }

  @Test
  void limitsAndSecurityReachTheProcess() throws InterruptedException {
    PodSandboxConfig config = pod("limits");
    String pod = run(config);
    ContainerConfig asked =
        secured(
            "main",
            "sleep 600",
            context ->
                context
                    .setNamespaceOptions(
                        NamespaceOption.newBuilder().setPid(NamespaceMode.CONTAINER))
                    .setRunAsUser(Int64Value.newBuilder().setValue(1234))
                    .setRunAsGroup(Int64Value.newBuilder().setValue(2345))
                    .addSupplementalGroups(3456)
                    .setNoNewPrivs(true)
                    .setReadonlyRootfs(true)
                    .addMaskedPaths("/proc/timer_list"));
    asked =
        asked.toBuilder()
            .setLinux(
                asked.getLinux().toBuilder()
                    .setResources(
                        LinuxContainerResources.newBuilder()
                            .setMemoryLimitInBytes(64L << 20)
                            .setCpuShares(512)
                            .setOomScoreAdj(500)))
            .build();
    String container = start(pod, config, asked);

    assertThat(sh(container, "id -u; id -g; id -G")).isEqualTo("1234\n2345\n2345 3456\n");
    assertThat(sh(container, "cat /proc/self/status")).contains("NoNewPrivs:\t1");
    assertThat(sh(container, "cat /proc/1/oom_score_adj")).isEqualTo("500\n");
    assertThat(exec(container, "echo x > /file").getExitCode()).isNotZero();
    assertThat(
            sh(
                container,
                "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max"
                    + " 2>/dev/null || true"))
        .contains(String.valueOf(64L << 20));
  }

  @Test
  void aContainerThatEatsTooMuchMemoryIsReportedAsOomKilled() throws InterruptedException {
    PodSandboxConfig config = pod("oom");
    String pod = run(config);
    ContainerConfig hungry = container("main", "cat /dev/zero | head -c 200m | tail").build();
    hungry =
        hungry.toBuilder()
            .clearCommand()
            .addAllCommand(
                List.of("/bin/busybox", "dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"))
            .setLinux(
                hungry.getLinux().toBuilder()
                    .setResources(
                        LinuxContainerResources.newBuilder().setMemoryLimitInBytes(16L << 20)))
            .build();
    String container = start(pod, config, hungry);
    awaitExit(container);
    assertThat(status(container).getReason()).isEqualTo("OOMKilled");
    assertThat(status(container).getExitCode()).isEqualTo(137);
  }

  @Test
  void aProgramThatDoesNotExistLeavesAnEndedContainerWithTheReason() throws InterruptedException {
    PodSandboxConfig config = pod("no-program");
    String pod = run(config);
    String container =
        create(
            pod, config, TestPods.container("main", BusyboxImage.NAME, "/does/not/exist").build());
    assertThatThrownBy(() -> backend.containers().startContainer(container))
        .hasMessageContaining("/does/not/exist");
    ContainerStatus status = status(container);
    assertThat(status.getState()).isEqualTo(ContainerState.CONTAINER_EXITED);
    assertThat(status.getReason()).isEqualTo("StartError");
    assertThat(status.getExitCode()).isEqualTo(128);
  }

  @Test
  void aCommandThatTakesTooLongIsKilled() throws InterruptedException {
    PodSandboxConfig config = pod("exec");
    String pod = run(config);
    String container = start(pod, config, container("main", "sleep 600").build());
    assertThat(exec(container, "echo out; echo err >&2; exit 3"))
        .satisfies(response -> {
          assertThat(response.getStdout().toStringUtf8()).isEqualTo("out\n");
          assertThat(response.getStderr().toStringUtf8()).isEqualTo("err\n");
          assertThat(response.getExitCode()).isEqualTo(3);
        });
    assertThatThrownBy(() ->
            backend
                .containers()
                .execSync(container, List.of("sleep", "4242"), Duration.ofSeconds(1)))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
    await().atMost(LIMIT).until(() -> !sh(container, "ps").contains("4242"));
  }

  @Test
  void aPauseContainerKilledFromOutsideMakesItsPodNotReady() throws InterruptedException {
    PodSandboxConfig config = pod("orphan");
    String pod = run(config);
    engine.call("kill the pause container", client -> client.killContainerCmd(pod).exec());
    await()
        .atMost(LIMIT)
        .until(() ->
            backend.podSandboxes().podSandboxStatus(pod).getState()
                == PodSandboxState.SANDBOX_NOTREADY);
  }

  @Test
  void aContainerRemovedFromOutsideHasEndedAndCanStillBeRemoved() throws InterruptedException {
    PodSandboxConfig config = pod("lost");
    String pod = run(config);
    String container = start(pod, config, container("main", "sleep 600").build());
    engine.call(
        "remove the container",
        client -> client.removeContainerCmd(container).withForce(true).exec());
    await()
        .atMost(LIMIT)
        .until(() -> status(container).getState() == ContainerState.CONTAINER_EXITED);
    assertThat(status(container).getExitCode()).isNotZero();
    backend.containers().removeContainer(container);
    assertNotFound(() -> backend.containers().containerStatus(container));
  }

  @Test
  void whatTheEngineCannotDoIsRefusedByNameAndLeavesNothing() throws InterruptedException {
    PodSandboxConfig config = pod("refused");
    String pod = run(config);
    ContainerConfig asked =
        secured(
            "main",
            "true",
            context -> context.getCapabilitiesBuilder().addAddAmbientCapabilities("NET_RAW"));
    assertThatThrownBy(() -> create(pod, config, asked))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.UNIMPLEMENTED))
        .hasMessageContaining("add_ambient_capabilities");
    ContainerConfig missing = TestPods.container("main", "keelson-test/none:1", "true").build();
    assertNotFound(() -> create(pod, config, missing));
    assertThat(backend.containers().listContainers()).isEmpty();
    assertThat(node.containersOfThisNode()).hasSize(1);
  }

  private PodSandboxConfig pod(String name) {
    return TestPods.pod(name, folder.resolve("logs")).build();
  }

  private static ContainerConfig.Builder container(String name, String script) {
    return TestPods.container(name, BusyboxImage.NAME, "/bin/sh", "-c", script);
  }

  private static ContainerConfig secured(
      String name, String script, Consumer<LinuxContainerSecurityContext.Builder> change) {
    ContainerConfig.Builder config = container(name, script);
    change.accept(config.getLinuxBuilder().getSecurityContextBuilder());
    return config.build();
  }

  private static com.google.protobuf.ByteString utf8(String text) {
    return com.google.protobuf.ByteString.copyFromUtf8(text);
  }

  private String run(PodSandboxConfig config) throws InterruptedException {
    return backend.podSandboxes().runPodSandbox(config, "docker");
  }

  private String create(String pod, PodSandboxConfig config, ContainerConfig container)
      throws InterruptedException {
    return backend.containers().createContainer(pod, container, config);
  }

  private String start(String pod, PodSandboxConfig config, ContainerConfig container)
      throws InterruptedException {
    String id = create(pod, config, container);
    backend.containers().startContainer(id);
    return id;
  }

  private ContainerStatus status(String container) throws InterruptedException {
    return backend.containers().containerStatus(container);
  }

  private void awaitExit(String container) {
    await()
        .atMost(LIMIT)
        .until(() -> status(container).getState() == ContainerState.CONTAINER_EXITED);
  }

  private ExecSyncResponse exec(String container, String script) throws InterruptedException {
    return backend.containers().execSync(container, List.of("/bin/sh", "-c", script), LIMIT);
  }

  private String sh(String container, String script) throws InterruptedException {
    return exec(container, script).getStdout().toStringUtf8();
  }

  private static void assertNotFound(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.NOT_FOUND));
  }
}
