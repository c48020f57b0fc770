package io.keelson.node.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Container;
import io.keelson.node.agent.manifest.ManifestParser;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.Int64Value;
import io.keelson.runtime.v1.KeyValue;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.SecurityProfile;
import io.keelson.runtime.v1.Signal;
import io.keelson.volumes.PodVolumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigBuildersTest {
  private static final Image ROOT_IMAGE =
      Image.newBuilder().setId("sha256:1").setUid(Int64Value.newBuilder()).build();

  @TempDir private Path directory;
  private NodeFacts node =
      new NodeFacts("", "", 1, 1, Path.of("/"), Path.of("/"), Path.of("/"), "", Map.of());

  @BeforeEach
  void describeNode() throws IOException {
    Path resolver =
        Files.writeString(
            directory.resolve("resolv.conf"),
            "# mine\nnameserver 192.0.2.53\nsearch example.org\noptions ndots:2 rotate\n");
    node =
        new NodeFacts(
            "node",
            "192.0.2.7",
            8L << 30,
            4000,
            directory.resolve("logs"),
            Path.of("/seccomp"),
            resolver,
            "cluster.local",
            Map.of("fast", "hyper"));
  }

  private static PodManifest pod(String spec, String container) {
    return new ManifestParser("node")
        .parse(
            "f.yaml",
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web, uid: u-1, labels: {app: hello}}
            spec:
              %s
              containers:
                - name: main
                  image: example/web:1
                  %s
            """
                .formatted(spec.replace("\n", "\n  "), container.replace("\n", "\n      ")))
        .pods()
        .getFirst();
  }

  private PodSandboxConfig sandbox(String spec) {
    return new SandboxConfigBuilder(node).build(pod(spec, ""), 3);
  }

  private ContainerConfig container(PodManifest manifest, Image image) throws IOException {
    Path pod = Files.createDirectories(directory.resolve("pod"));
    PodVolumeMounts mounts = new PodVolumeMounts(PodVolumes.standard());
    Container container = manifest.pod().getSpec().getContainers().getFirst();
    return new ContainerConfigBuilder(node, mounts)
        .build(
            manifest,
            container,
            new ContainerConfigBuilder.Inputs(
                pod,
                2,
                image,
                List.of("10.88.0.5"),
                Map.of(),
                mounts.publish(manifest.pod(), pod, Map.of())));
  }

  private ContainerConfig container(String spec, String container) throws IOException {
    return container(pod(spec, container), ROOT_IMAGE);
  }

  @Test
  void aSandboxCarriesKubeletsNamesAndPaths() {
    PodSandboxConfig config = sandbox("hostname: front\nsubdomain: sub");

    assertThat(config.getMetadata().getAttempt()).isEqualTo(3);
    assertThat(config.getLogDirectory())
        .isEqualTo(directory.resolve("logs/default_web_u-1").toString());
    assertThat(config.getHostname()).isEqualTo("front");
    assertThat(config.getLabelsMap())
        .containsEntry("app", "hello")
        .containsEntry("io.kubernetes.pod.name", "web")
        .containsEntry("io.kubernetes.pod.namespace", "default")
        .containsEntry("io.kubernetes.pod.uid", "u-1");
  }

  @Test
  void aPodInheritsTheNodesResolverAndAddsItsOwnToIt() {
    var dns =
        sandbox("dnsConfig: {searches: [svc.example], options: [{name: ndots, value: \"5\"}]}")
            .getDnsConfig();

    assertThat(dns.getServersList()).containsExactly("192.0.2.53");
    assertThat(dns.getSearchesList()).containsExactly("example.org", "svc.example");
    assertThat(dns.getOptionsList()).containsExactly("ndots:5", "rotate");
    assertThat(
            sandbox("dnsPolicy: None\ndnsConfig: {nameservers: [192.0.2.1]}")
                .getDnsConfig()
                .getServersList())
        .containsExactly("192.0.2.1");
  }

  @Test
  void hostNamespacesAreAskedForAndHostPortsNeedNoMappingThen() {
    PodManifest manifest =
        pod("hostNetwork: true\nhostIPC: true", "ports: [{containerPort: 80, hostPort: 80}]");

    PodSandboxConfig config = new SandboxConfigBuilder(node).build(manifest, 0);

    var options = config.getLinux().getSecurityContext().getNamespaceOptions();
    assertThat(options.getNetwork()).isEqualTo(NamespaceMode.NODE);
    assertThat(options.getIpc()).isEqualTo(NamespaceMode.NODE);
    assertThat(options.getPid()).isEqualTo(NamespaceMode.CONTAINER);
    assertThat(config.getPortMappingsList()).isEmpty();
    assertThat(config.getHostname()).isEmpty();
  }

  @Test
  void aRuntimeClassChoosesTheHandlerOfItsNameUnlessTheNodeSaysOtherwise() {
    SandboxConfigBuilder builder = new SandboxConfigBuilder(node);

    assertThat(builder.runtimeHandler(pod("runtimeClassName: fast", ""))).isEqualTo("hyper");
    assertThat(builder.runtimeHandler(pod("runtimeClassName: docker", ""))).isEqualTo("docker");
    assertThat(builder.runtimeHandler(pod("", ""))).isEmpty();
  }

  @Test
  void variablesAreFilledInAndExpanded() throws IOException {
    ContainerConfig config =
        container(
            "",
            """
            command: ["run", "$(GREETING)", "$$(GREETING)", "$(UNKNOWN)"]
            resources: {limits: {memory: 64Mi, cpu: 500m}}
            env:
              - {name: NAME, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
              - {name: GREETING, value: "$(NAME) $(LATER)"}
              - {name: LATER, value: x}
              - {name: IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
              - {name: MIB, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
              - {name: CPUS, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}\
            """);

    assertThat(config.getCommandList())
        .containsExactly("run", "hello $(LATER)", "$(GREETING)", "$(UNKNOWN)");
    assertThat(config.getEnvsList())
        .extracting(KeyValue::getKey, variable -> variable.getValue().toStringUtf8())
        .contains(tuple("IP", "10.88.0.5"), tuple("MIB", "64"), tuple("CPUS", "1"));
  }

  @Test
  void resourcesFollowKubeletsFormulas() throws IOException {
    var burstable =
        container("", "resources: {requests: {cpu: 250m, memory: 2Gi}, limits: {cpu: 1}}")
            .getLinux()
            .getResources();
    var guaranteed =
        container("", "resources: {limits: {cpu: 1, memory: 1Gi}}").getLinux().getResources();
    var bestEffort = container("", "").getLinux().getResources();

    assertThat(burstable.getCpuShares()).isEqualTo(256);
    assertThat(burstable.getCpuQuota()).isEqualTo(100_000);
    assertThat(burstable.getOomScoreAdj()).isEqualTo(750);
    assertThat(guaranteed.getMemoryLimitInBytes()).isEqualTo(1L << 30);
    assertThat(guaranteed.getOomScoreAdj()).isEqualTo(-997);
    assertThat(bestEffort.getCpuShares()).isEqualTo(2);
    assertThat(bestEffort.getOomScoreAdj()).isEqualTo(1000);
  }

  @Test
  void aContainerThatMustNotBeRootIsRefusedWhereItWouldBe() throws IOException {
    PodManifest manifest = pod("securityContext: {runAsNonRoot: true}", "");

    assertThatThrownBy(() -> container(manifest, ROOT_IMAGE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("runAsNonRoot");
    assertThatThrownBy(
            () -> container(manifest, ROOT_IMAGE.toBuilder().clearUid().setUsername("web").build()))
        .hasMessageContaining("user 'web'");
    assertThat(
            container("securityContext: {runAsNonRoot: true, runAsUser: 7}", "")
                .getLinux()
                .getSecurityContext()
                .getRunAsUser()
                .getValue())
        .isEqualTo(7);
  }

  @Test
  void aContainersOwnSecurityGoesBeforeThePods() throws IOException {
    var context =
        container(
                "securityContext: {runAsUser: 1, fsGroup: 9, seccompProfile: {type: RuntimeDefault}}",
                "securityContext: {runAsUser: 2, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: Localhost, localhostProfile: a.json}}")
            .getLinux()
            .getSecurityContext();

    assertThat(context.getRunAsUser().getValue()).isEqualTo(2);
    assertThat(context.getSupplementalGroupsList()).containsExactly(9L);
    assertThat(context.getNoNewPrivs()).isTrue();
    assertThat(context.getCapabilities().getDropCapabilitiesList()).containsExactly("ALL");
    assertThat(context.getSeccomp().getProfileType())
        .isEqualTo(SecurityProfile.ProfileType.Localhost);
    assertThat(context.getSeccomp().getLocalhostRef()).isEqualTo("/seccomp/a.json");
    assertThat(context.getMaskedPathsList()).contains("/proc/kcore");
  }

  @Test
  void everyContainerGetsItsHostsAndAPlaceForItsLastWords() throws IOException {
    ContainerConfig config =
        container(
            "hostAliases: [{ip: 192.0.2.9, hostnames: [a.example, b.example]}]",
            "lifecycle: {stopSignal: SIGUSR1}");

    assertThat(config.getMountsList())
        .extracting(Mount::getContainerPath)
        .containsExactlyInAnyOrder("/etc/hosts", "/dev/termination-log");
    assertThat(directory.resolve("pod/etc-hosts"))
        .content()
        .contains("10.88.0.5\tweb\n", "192.0.2.9\ta.example\tb.example\n");
    assertThat(config.getStopSignal()).isEqualTo(Signal.SIGNAL_SIGUSR1);
    assertThat(config.getLogPath()).isEqualTo("main/2.log");
    assertThat(config.getAnnotationsMap())
        .containsEntry("io.kubernetes.container.restartCount", "2");
  }

  @Test
  void aVolumeIsMountedWhereTheContainerWantsIt() throws IOException {
    ContainerConfig config =
        container(
            "volumes: [{name: data, emptyDir: {}}]",
            "volumeMounts: [{name: data, mountPath: /data, readOnly: true}]");

    Mount mount = config.getMounts(0);
    assertThat(mount.getContainerPath()).isEqualTo("/data");
    assertThat(Path.of(mount.getHostPath())).isDirectory();
    assertThat(mount.getReadonly()).isTrue();
  }

  @Test
  void aMissingConfigMapIsNamed() {
    assertThatThrownBy(() ->
            container(
                "", "env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: a}}}]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there is no ConfigMap 'settings'");
  }
}
