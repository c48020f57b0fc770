package io.keelson.runtime.fake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.CDIDevice;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatusRequest;
import io.keelson.runtime.v1.CreateContainerRequest;
import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.Device;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.HugepageLimit;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.ImageStatusRequest;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.LinuxContainerConfig;
import io.keelson.runtime.v1.LinuxContainerResources;
import io.keelson.runtime.v1.LinuxContainerSecurityContext;
import io.keelson.runtime.v1.LinuxPodSandboxConfig;
import io.keelson.runtime.v1.LinuxSandboxSecurityContext;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.NetworkConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PodSandboxStatusRequest;
import io.keelson.runtime.v1.PortMapping;
import io.keelson.runtime.v1.PullImageRequest;
import io.keelson.runtime.v1.RunPodSandboxRequest;
import io.keelson.runtime.v1.RuntimeConfig;
import io.keelson.runtime.v1.SecurityProfile;
import io.keelson.runtime.v1.StopContainerRequest;
import io.keelson.runtime.v1.UpdateContainerResourcesRequest;
import io.keelson.runtime.v1.UpdateRuntimeConfigRequest;
import io.keelson.runtime.v1.WindowsPodSandboxConfig;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("NullAway.Init") // set by @BeforeAll
final class RequestValidationTest {
  private static ServedBackends served;

  @BeforeAll
  static void serve(@TempDir Path folder) throws Exception {
    served = ServedBackends.start(folder, new FakeBackend(Clock.systemUTC()));
  }

  @AfterAll
  static void close() {
    served.close();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"sandboxes", "containers", "others"})
  void refusesNamingFieldAndValue(String message, Consumer<ServedBackends> call) {
    StatusRuntimeException refusal =
        catchThrowableOfType(StatusRuntimeException.class, () -> call.accept(served));

    assertThat(refusal).isNotNull();
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).contains(message).doesNotContain("\n");
  }

  static Stream<Arguments> sandboxes() {
    return Stream.of(
        arguments("config is missing", run(RunPodSandboxRequest.getDefaultInstance())),
        arguments("config.metadata is missing", sandbox(PodSandboxConfig.Builder::clearMetadata)),
        arguments("config.metadata.name is empty", metadata(m -> m.clearName())),
        arguments("config.metadata.namespace is empty", metadata(m -> m.clearNamespace())),
        arguments("config.metadata.uid is empty", metadata(m -> m.clearUid())),
        arguments("config.metadata.name '../etc'", metadata(m -> m.setName("../etc"))),
        arguments("config.metadata.uid 'a?b'", metadata(m -> m.setUid("a\nb"))),
        arguments("config.metadata.name 'xxx", metadata(m -> m.setName("x".repeat(254)))),
        arguments(
            "runtime_handler 'a b'",
            run(
                RunPodSandboxRequest.newBuilder()
                    .setConfig(Requests.pod("p"))
                    .setRuntimeHandler("a b")
                    .build())),
        arguments("config.hostname '-x'", sandbox(c -> c.setHostname("-x"))),
        arguments("config.hostname 'aaa", sandbox(c -> c.setHostname("a".repeat(65)))),
        arguments("config.log_directory 'logs'", sandbox(c -> c.setLogDirectory("logs"))),
        arguments(
            "config.log_directory has 5000 characters",
            sandbox(c -> c.setLogDirectory("/" + "a".repeat(4999)))),
        arguments(
            "config.dns_config.servers 'localhost' is not an IP address",
            sandbox(c -> c.setDnsConfig(DNSConfig.newBuilder().addServers("localhost")))),
        arguments(
            "config.dns_config.searches 'a?nameserver 6.6.6.6'",
            sandbox(
                c -> c.setDnsConfig(DNSConfig.newBuilder().addSearches("a\nnameserver 6.6.6.6")))),
        arguments(
            "config.port_mappings[0].container_port 0 is not within 1 to 65535",
            port(m -> m.setContainerPort(0))),
        arguments(
            "config.port_mappings[0].host_port 65536 is not within 0 to 65535",
            port(m -> m.setHostPort(65536))),
        arguments("config.port_mappings[0].host_ip 'any'", port(m -> m.setHostIp("any"))),
        arguments("config.port_mappings[0].protocol 9", port(m -> m.setProtocolValue(9))),
        arguments("config.labels has an entry", sandbox(c -> c.putLabels("", "x"))),
        arguments("config.linux.sysctls key '../x'", linux(l -> l.putSysctls("../x", "1"))),
        arguments(
            "config.linux.cgroup_parent '/a/../b' must not contain '..'",
            linux(l -> l.setCgroupParent("/a/../b"))),
        arguments(
            "config.linux.resources.oom_score_adj 1001 is not within -1000 to 1000",
            linux(l -> l.setResources(LinuxContainerResources.newBuilder().setOomScoreAdj(1001)))),
        arguments(
            "config.linux.security_context.run_as_user -1",
            sandboxSecurity(s -> s.setRunAsUser(Int64Value.newBuilder().setValue(-1)))),
        arguments(
            "run_as_group needs run_as_user",
            sandboxSecurity(s -> s.setRunAsGroup(Int64Value.newBuilder().setValue(5)))),
        arguments(
            "namespace_options.network CONTAINER is not possible",
            sandboxSecurity(s ->
                s.setNamespaceOptions(
                    NamespaceOption.newBuilder().setNetwork(NamespaceMode.CONTAINER)))),
        arguments(
            "namespace_options.pid 7 is not known",
            sandboxSecurity(
                s -> s.setNamespaceOptions(NamespaceOption.newBuilder().setPidValue(7)))),
        arguments(
            "seccomp.localhost_ref is empty",
            sandboxSecurity(s ->
                s.setSeccomp(
                    SecurityProfile.newBuilder()
                        .setProfileType(SecurityProfile.ProfileType.Localhost)))),
        arguments(
            "config.windows is given",
            sandbox(c -> c.setWindows(WindowsPodSandboxConfig.getDefaultInstance()))));
  }

  static Stream<Arguments> containers() {
    return Stream.of(
        arguments(
            "pod_sandbox_id is empty",
            create(CreateContainerRequest.newBuilder().setConfig(Requests.container("c")).build())),
        arguments(
            "config is missing",
            create(CreateContainerRequest.newBuilder().setPodSandboxId("p").build())),
        arguments("config.metadata is missing", container(c -> c.clearMetadata())),
        arguments("config.image.image is empty", container(c -> c.clearImage())),
        arguments("config.working_dir 'tmp'", container(c -> c.setWorkingDir("tmp"))),
        arguments("config.command holds a NUL", container(c -> c.addCommand("a\0b"))),
        arguments("config.args has 10001 items", container(c -> addArguments(c, 10_001))),
        arguments(
            "config.envs[1].key 'A=B'",
            container(c ->
                c.addEnvs(KeyValue.newBuilder().setKey("A"))
                    .addEnvs(KeyValue.newBuilder().setKey("A=B")))),
        arguments(
            "config.envs[0].value of A holds a NUL",
            container(c ->
                c.addEnvs(
                    KeyValue.newBuilder().setKey("A").setValue(ByteString.copyFromUtf8("x\0y"))))),
        arguments("config.mounts[0].container_path 'data'", mount(m -> m.setContainerPath("data"))),
        arguments("config.mounts[0].host_path is empty", mount(m -> m.clearHostPath())),
        arguments("config.mounts[0].host_path 'x'", mount(m -> m.setHostPath("x"))),
        arguments("config.mounts[0].propagation 9", mount(m -> m.setPropagationValue(9))),
        arguments(
            "config.mounts[0] has host_path and image", mount(m -> m.setImage(Requests.IMAGE))),
        arguments(
            "config.mounts[0].image_sub_path '../..' must be relative",
            mount(m -> m.clearHostPath().setImage(Requests.IMAGE).setImageSubPath("../.."))),
        arguments(
            "config.mounts[0].recursive_read_only needs readonly",
            mount(m -> m.setRecursiveReadOnly(true))),
        arguments(
            "config.devices[0].permissions 'x'",
            container(c ->
                c.addDevices(
                    Device.newBuilder()
                        .setHostPath("/dev/fuse")
                        .setContainerPath("/dev/fuse")
                        .setPermissions("x")))),
        arguments(
            "config.CDI_devices 'gpu'",
            container(c -> c.addCDIDevices(CDIDevice.newBuilder().setName("gpu")))),
        arguments("config.log_path '../x.log'", container(c -> c.setLogPath("../x.log"))),
        arguments("config.log_path 'a/../..'", container(c -> c.setLogPath("a/../.."))),
        arguments("config.log_path '/etc/passwd'", container(c -> c.setLogPath("/etc/passwd"))),
        arguments("config.stop_signal 999", container(c -> c.setStopSignalValue(999))),
        arguments("memory_limit_in_bytes -2", limits(l -> l.setMemoryLimitInBytes(-2))),
        arguments("cpu_quota -5 is not within -1 to 0", limits(l -> l.setCpuQuota(-5))),
        arguments("cpu_period 5", limits(l -> l.setCpuPeriod(5))),
        arguments("cpu_shares -1", limits(l -> l.setCpuShares(-1))),
        arguments("cpuset_cpus '0-'", limits(l -> l.setCpusetCpus("0-"))),
        arguments(
            "hugepage_limits.page_size '2'",
            limits(l -> l.addHugepageLimits(HugepageLimit.newBuilder().setPageSize("2")))),
        arguments("unified key '../x'", limits(l -> l.putUnified("../x", "1"))),
        arguments(
            "run_as_user and run_as_username",
            containerSecurity(
                s -> s.setRunAsUsername("a").setRunAsUser(Int64Value.getDefaultInstance()))),
        arguments(
            "capabilities 'net admin'",
            containerSecurity(s ->
                s.setCapabilities(
                    s.getCapabilities().toBuilder().addAddCapabilities("net admin")))),
        arguments("masked_paths 'proc'", containerSecurity(s -> s.addMaskedPaths("proc"))),
        arguments(
            "target_id is empty",
            containerSecurity(s ->
                s.setNamespaceOptions(NamespaceOption.newBuilder().setPid(NamespaceMode.TARGET)))));
  }

  static Stream<Arguments> others() {
    return Stream.of(
        arguments(
            "pod_sandbox_id is empty",
            call(s -> s.runtime().podSandboxStatus(PodSandboxStatusRequest.getDefaultInstance()))),
        arguments(
            "container_id '../../etc'",
            call(s ->
                s.runtime()
                    .containerStatus(
                        ContainerStatusRequest.newBuilder().setContainerId("../../etc").build()))),
        arguments("timeout of -1 s is negative", stop(-1)),
        arguments("timeout of 9223372036854775807 s is absurd", stop(Long.MAX_VALUE)),
        arguments("cmd is empty", exec(ExecSyncRequest.newBuilder().setContainerId("c").build())),
        arguments(
            "cmd[0] is empty",
            exec(ExecSyncRequest.newBuilder().setContainerId("c").addCmd("").build())),
        arguments(
            "timeout of -3 s is negative",
            exec(
                ExecSyncRequest.newBuilder()
                    .setContainerId("c")
                    .addCmd("a")
                    .setTimeout(-3)
                    .build())),
        arguments(
            "linux.memory_swap_limit_in_bytes -9",
            call(s ->
                s.runtime()
                    .updateContainerResources(
                        UpdateContainerResourcesRequest.newBuilder()
                            .setContainerId("c")
                            .setLinux(
                                LinuxContainerResources.newBuilder().setMemorySwapLimitInBytes(-9))
                            .build()))),
        arguments(
            "image.image is empty",
            call(s -> s.images().imageStatus(ImageStatusRequest.getDefaultInstance()))),
        arguments(
            "image.image 'a b'",
            call(s ->
                s.images()
                    .pullImage(
                        PullImageRequest.newBuilder()
                            .setImage(ImageSpec.newBuilder().setImage("a b"))
                            .setAuth(AuthConfig.getDefaultInstance())
                            .build()))),
        arguments(
            "runtime handler 'vm' is not configured here; known are fake",
            run(
                RunPodSandboxRequest.newBuilder()
                    .setConfig(Requests.pod("p"))
                    .setRuntimeHandler("vm")
                    .build())),
        arguments("pod_cidr '10.0.0.0'", podCidr("10.0.0.0")),
        arguments("pod_cidr 'x' is not an IP address", podCidr("10.0.0.0/8,x/3")));
  }

  @Test
  void acceptsWhatKubeletSends() throws Exception {
    PodSandboxConfig config =
        Requests.pod("coredns-5d78c9869d-abcde").toBuilder()
            .setHostname("coredns-5d78c9869d-abcde")
            .setDnsConfig(
                DNSConfig.newBuilder()
                    .addServers("10.96.0.10")
                    .addServers("fe80::1%eth0")
                    .addSearches("default.svc.cluster.local")
                    .addOptions("ndots:5"))
            .setLinux(
                LinuxPodSandboxConfig.newBuilder()
                    .setCgroupParent("kubepods-burstable-pod1.slice")
                    .putSysctls("net.ipv4.conf.eth0/1.forwarding", "1")
                    .setOverhead(LinuxContainerResources.getDefaultInstance()))
            .build();

    String id = served.client().runPodSandbox(config, "");

    assertThat(served.client().podSandboxStatus(id).getMetadata()).isEqualTo(config.getMetadata());
  }

  @Test
  void pullsForAPodThatIsToldOnlyInPart() {
    PullImageRequest request =
        PullImageRequest.newBuilder()
            .setImage(ImageSpec.newBuilder().setImage("busybox"))
            .setSandboxConfig(PodSandboxConfig.getDefaultInstance())
            .build();

    assertThat(served.images().pullImage(request).getImageRef()).isNotEmpty();
  }

  private static Consumer<ServedBackends> call(Consumer<ServedBackends> call) {
    return call;
  }

  private static Consumer<ServedBackends> run(RunPodSandboxRequest request) {
    return s -> s.runtime().runPodSandbox(request);
  }

  private static Consumer<ServedBackends> sandbox(UnaryOperator<PodSandboxConfig.Builder> change) {
    PodSandboxConfig config = change.apply(Requests.pod("p").toBuilder()).build();
    return run(RunPodSandboxRequest.newBuilder().setConfig(config).build());
  }

  private static Consumer<ServedBackends> metadata(
      UnaryOperator<PodSandboxMetadata.Builder> change) {
    return sandbox(c -> c.setMetadata(change.apply(c.getMetadata().toBuilder())));
  }

  private static Consumer<ServedBackends> port(UnaryOperator<PortMapping.Builder> change) {
    return sandbox(
        c -> c.addPortMappings(change.apply(PortMapping.newBuilder().setContainerPort(80))));
  }

  private static Consumer<ServedBackends> linux(
      UnaryOperator<LinuxPodSandboxConfig.Builder> change) {
    return sandbox(c -> c.setLinux(change.apply(LinuxPodSandboxConfig.newBuilder())));
  }

  private static Consumer<ServedBackends> sandboxSecurity(
      UnaryOperator<LinuxSandboxSecurityContext.Builder> change) {
    return linux(l -> l.setSecurityContext(change.apply(LinuxSandboxSecurityContext.newBuilder())));
  }

  private static Consumer<ServedBackends> create(CreateContainerRequest request) {
    return s -> s.runtime().createContainer(request);
  }

  private static Consumer<ServedBackends> container(UnaryOperator<ContainerConfig.Builder> change) {
    return create(
        CreateContainerRequest.newBuilder()
            .setPodSandboxId("p")
            .setConfig(change.apply(Requests.container("c").toBuilder()))
            .build());
  }

  private static ContainerConfig.Builder addArguments(ContainerConfig.Builder config, int count) {
    for (int i = 0; i < count; i++) {
      config.addArgs("a");
    }
    return config;
  }

  private static Consumer<ServedBackends> mount(UnaryOperator<Mount.Builder> change) {
    return container(c ->
        c.addMounts(
            change.apply(Mount.newBuilder().setContainerPath("/data").setHostPath("/srv"))));
  }

  private static Consumer<ServedBackends> limits(
      UnaryOperator<LinuxContainerResources.Builder> change) {
    return container(c ->
        c.setLinux(
            LinuxContainerConfig.newBuilder()
                .setResources(change.apply(LinuxContainerResources.newBuilder()))));
  }

  private static Consumer<ServedBackends> containerSecurity(
      UnaryOperator<LinuxContainerSecurityContext.Builder> change) {
    return container(c ->
        c.setLinux(
            LinuxContainerConfig.newBuilder()
                .setSecurityContext(change.apply(LinuxContainerSecurityContext.newBuilder()))));
  }

  private static Consumer<ServedBackends> stop(long timeout) {
    return s ->
        s.runtime()
            .stopContainer(
                StopContainerRequest.newBuilder().setContainerId("c").setTimeout(timeout).build());
  }

  private static Consumer<ServedBackends> exec(ExecSyncRequest request) {
    return s -> s.runtime().execSync(request);
  }

  private static Consumer<ServedBackends> podCidr(String cidr) {
    return s ->
        s.runtime()
            .updateRuntimeConfig(
                UpdateRuntimeConfigRequest.newBuilder()
                    .setRuntimeConfig(
                        RuntimeConfig.newBuilder()
                            .setNetworkConfig(NetworkConfig.newBuilder().setPodCidr(cidr)))
                    .build());
  }
}
