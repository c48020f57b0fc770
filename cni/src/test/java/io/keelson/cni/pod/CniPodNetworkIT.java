package io.keelson.cni.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.keelson.cni.Attachment;
import io.keelson.cni.AttachmentCache;
import io.keelson.cni.CachedAttachment;
import io.keelson.cni.CniRuntime;
import io.keelson.cni.PluginDirectories;
import io.keelson.cni.PluginException;
import io.keelson.cni.PluginInvoker;
import io.keelson.cni.PluginOutcome;
import io.keelson.cni.ProcessPluginInvoker;
import io.keelson.cni.ScriptedPlugin;
import io.keelson.linux.Capabilities;
import io.keelson.linux.Capability;
import io.keelson.linux.NativeNetworkNamespaces;
import io.keelson.linux.NativeProcessGroups;
import io.keelson.linux.NetworkNamespaces;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.NetworkAttachment;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PortMapping;
import io.keelson.runtime.v1.Protocol;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pods on the reference plugins bridge, host-local and portmap, in namespaces of their own. */
class CniPodNetworkIT {
  private static final String BRIDGE = "klcniit0";
  private static final String GATEWAY = "10.203.77.1";
  private static final int HOST_PORT = 38_177;

  private final NetworkNamespaces namespaces = new NativeNetworkNamespaces();

  @TempDir Path directory;
  private CniSettings settings;
  private CniPodNetwork network;
  private Path pin;
  private Path scripts;

  @BeforeEach
  void setUp() throws Exception {
    Capabilities capabilities = Capabilities.ofThisProcess();
    if (!capabilities.has(Capability.SYS_ADMIN) || !capabilities.has(Capability.NET_ADMIN)) {
      Assumptions.abort("needs CAP_SYS_ADMIN and CAP_NET_ADMIN: run as root");
    }
    Path plugins =
        Stream.of("/opt/cni/bin", "/usr/lib/cni")
            .map(Path::of)
            .filter(path -> Files.exists(path.resolve("bridge")))
            .findFirst()
            .orElse(null);
    if (plugins == null) {
      Assumptions.abort("no CNI reference plugins: apt-get install containernetworking-plugins");
    }
    scripts = Files.createDirectory(directory.resolve("scripts"));
    settings =
        new CniSettings(
            Files.createDirectory(directory.resolve("net.d")),
            List.of(scripts, plugins),
            directory.resolve("cache"),
            Duration.ofSeconds(20));
    network = new CniPodNetwork(settings);
    pin = directory.resolve("netns/pod");
    namespaces.create(pin);
  }

  @AfterEach
  void leaveNothing() throws Exception {
    if (pin == null) {
      return;
    }
    new CniPodNetwork(settings).retainOnly(List.of());
    namespaces.remove(pin);
    new ProcessBuilder("ip", "link", "delete", BRIDGE)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  @Test
  void anAttachedPodIsReachedAtItsAddressUntilItIsDetached() throws Exception {
    configure("1.0.0", "");
    assertThat(network.condition().getStatus()).as(network.condition().getMessage()).isTrue();

    NetworkAttachment attachment = network.attach(request("pod-1"));

    assertThat(attachment.addresses()).hasSize(1);
    String address = attachment.addresses().getFirst();
    assertThat(address).startsWith("10.203.77.");
    assertThat(attachment.dns().getServersList()).containsExactly("10.203.77.53");
    assertThat(addressesInUse()).containsExactly(address);
    assertThat(GreetingServer.listen(namespaces, pin, 8080).greetingAt(address, 8080))
        .isEqualTo(GreetingServer.GREETING);

    network.detach(request("pod-1"));
    network.detach(request("pod-1"));

    assertThat(addressesInUse()).isEmpty();
    assertThat(cached()).isEmpty();
  }

  @Test
  void aHostPortLeadsToThePod() throws Exception {
    configure("1.0.0", "");
    NetworkAttachmentRequest request =
        request(
            "pod-ports",
            PortMapping.newBuilder().setHostPort(HOST_PORT).setContainerPort(8080).build(),
            PortMapping.newBuilder().setContainerPort(9090).setProtocol(Protocol.UDP).build());

    network.attach(request);

    assertThat(GreetingServer.listen(namespaces, pin, 8080).greetingAt(GATEWAY, HOST_PORT))
        .isEqualTo(GreetingServer.GREETING);
    network.detach(request);
    assertThatThrownBy(() -> new Socket(GATEWAY, HOST_PORT).close())
        .isInstanceOf(IOException.class);
  }

  @Test
  void aFailureLateInTheChainLeavesNoAddressBehind() throws Exception {
    configure("1.0.0", ",{\"type\":\"breaker\"}");
    ScriptedPlugin.install(scripts, "breaker").refuses("ADD", 11, "no luck today");

    assertThatThrownBy(() -> network.attach(request("pod-2")))
        .isInstanceOf(CriException.class)
        .hasMessageContaining("pod-2")
        .hasMessageContaining("breaker")
        .hasMessageContaining("no luck today");

    assertThat(addressesInUse()).isEmpty();
    assertThat(cached()).isEmpty();
  }

  @Test
  void anInterruptLateInTheChainLeavesNeitherAddressNorPlugin() throws Exception {
    configure("1.0.0", ",{\"type\":\"sleeper\"}");
    ScriptedPlugin.install(scripts, "sleeper")
        .on("ADD", "echo $$ > " + scripts + "/pid; sleep 600");
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                network.attach(request("pod-3"));
              } catch (Throwable e) {
                thrown.set(e);
              }
            });
    await()
        .until(
            () -> Files.exists(scripts.resolve("pid")) && Files.size(scripts.resolve("pid")) > 0);
    assertThat(addressesInUse()).hasSize(1);

    caller.interrupt();
    caller.join();

    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    assertThat(addressesInUse()).isEmpty();
    long pid = Long.parseLong(Files.readString(scripts.resolve("pid")).strip());
    await().until(() -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  void aPodIsDetachedWithoutItsNamespaceAndWithoutItsConfiguration() throws Exception {
    Path configuration = configure("1.0.0", "");
    network.attach(request("pod-4"));

    namespaces.remove(pin);
    Files.delete(configuration);
    network.detach(request("pod-4"));

    assertThat(addressesInUse()).isEmpty();
    assertThat(cached()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatADaemonKilledAfterAPluginLeftIsReleasedByTheNext(int plugins) throws Exception {
    configure("1.0.0", "");
    PluginInvoker real = new ProcessPluginInvoker(new NativeProcessGroups());
    AtomicInteger runs = new AtomicInteger();
    CniPodNetwork dying =
        new CniPodNetwork(
            settings,
            call -> {
              PluginOutcome outcome = real.invoke(call);
              if (runs.incrementAndGet() == plugins) {
                throw new KilledDaemon();
              }
              return outcome;
            });
    assertThatThrownBy(() -> dying.attach(request("pod-5"))).isInstanceOf(KilledDaemon.class);
    assertThat(addressesInUse()).hasSize(1);

    new CniPodNetwork(settings).retainOnly(List.of());

    assertThat(addressesInUse()).isEmpty();
    assertThat(cached()).isEmpty();
  }

  @Test
  void aPluginThatOutlivedItsDaemonIsEndedBeforeItsWorkIsUndone() throws Exception {
    configure("1.0.0", ",{\"type\":\"sleeper\"}");
    ScriptedPlugin.install(scripts, "sleeper");
    PluginInvoker real = new ProcessPluginInvoker(new NativeProcessGroups());
    AtomicReference<Process> stray = new AtomicReference<>();
    CniPodNetwork dying =
        new CniPodNetwork(
            settings,
            call -> {
              if (!call.program().endsWith("sleeper")) {
                return real.invoke(call);
              }
              ProcessBuilder builder = new ProcessBuilder("sleep", "600");
              builder.environment().putAll(call.environment());
              stray.set(builder.start());
              throw new KilledDaemon();
            });
    assertThatThrownBy(() -> dying.attach(request("pod-8"))).isInstanceOf(KilledDaemon.class);

    network.detach(request("pod-8"));

    assertThat(stray.get()).isNotNull().matches(process -> !process.isAlive());
    assertThat(addressesInUse()).isEmpty();
  }

  @Test
  void podsAttachedAtOnceGetAddressesOfTheirOwn() throws Exception {
    configure("1.0.0", "");
    List<NetworkAttachmentRequest> pods = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Path namespace = directory.resolve("netns/many-" + i);
      namespaces.create(namespace);
      pods.add(new NetworkAttachmentRequest("many-" + i, namespace, request("many-" + i).config()));
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Set<String> addresses = new HashSet<>();
      for (Future<NetworkAttachment> attached :
          threads.invokeAll(
              pods.stream()
                  .<Callable<NetworkAttachment>>map(pod -> () -> network.attach(pod))
                  .toList())) {
        addresses.addAll(attached.get().addresses());
      }
      assertThat(addresses).hasSize(8);

      network.retainOnly(List.of("many-3"));
      assertThat(addressesInUse()).hasSize(1);
    } finally {
      pods.forEach(pod -> namespaces.remove(pod.networkNamespace()));
    }
  }

  @Test
  void releasingTheDeadLeavesTheLivingAndTheAttachmentsOfOthersAlone() throws Exception {
    configure("1.0.0", "");
    network.attach(request("pod-live"));
    AttachmentCache others = new AttachmentCache(settings.cacheDir(), "another-runtime");
    CachedAttachment ours =
        new AttachmentCache(settings.cacheDir(), "keelson").own("pod-live").getFirst();
    others.put(ours.configuration(), renamed(ours, "pod-of-another"), ours.result());

    network.retainOnly(List.of("pod-live"));

    assertThat(addressesInUse()).hasSize(1);
    assertThat(cached()).hasSize(2);
    others.remove("it-net", renamed(ours, "pod-of-another"));
  }

  @Test
  void aCheckFindsTheAttachmentWholeAndThenBroken() throws Exception {
    configure("1.0.0", "");
    network.attach(request("pod-6"));
    AttachmentCache cache = new AttachmentCache(settings.cacheDir(), "keelson");
    CachedAttachment cached = cache.own("pod-6").getFirst();
    CniRuntime runtime =
        new CniRuntime(
            new PluginDirectories(settings.binDirs()),
            new ProcessPluginInvoker(new NativeProcessGroups()),
            cache,
            settings.timeout());

    runtime.check(cached.configuration(), cached.attachment());

    run("nsenter", "--net=" + pin, "ip", "address", "flush", "dev", "eth0");
    assertThatThrownBy(() -> runtime.check(cached.configuration(), cached.attachment()))
        .isInstanceOf(PluginException.class)
        .hasMessageContaining("bridge")
        .hasMessageContaining("pod-6");
  }

  @Test
  void aConfigurationOfAnEarlierVersionWorksAsWell() throws Exception {
    configure("0.3.1", "");

    assertThat(network.attach(request("pod-7")).addresses()).hasSize(1);
    network.detach(request("pod-7"));

    assertThat(addressesInUse()).isEmpty();
  }

  private static Attachment renamed(CachedAttachment cached, String containerId) {
    return new Attachment(
        containerId,
        cached.attachment().networkNamespace(),
        cached.attachment().interfaceName(),
        cached.attachment().arguments(),
        cached.attachment().capabilities());
  }

  private Path configure(String version, String more) throws IOException {
    return Files.writeString(
        settings.confDir().resolve("10-it.conflist"),
        """
        {"cniVersion": "%s", "name": "it-net", "plugins": [
          {"type": "bridge", "bridge": "%s", "isGateway": true,
           "dns": {"nameservers": ["10.203.77.53"]},
           "ipam": {"type": "host-local", "dataDir": "%s",
                    "ranges": [[{"subnet": "10.203.77.0/24", "gateway": "%s"}]],
                    "routes": [{"dst": "0.0.0.0/0"}]}},
          {"type": "portmap", "capabilities": {"portMappings": true}, "snat": true}%s]}
        """
            .formatted(version, BRIDGE, directory.resolve("ipam"), GATEWAY, more));
  }

  private NetworkAttachmentRequest request(String id, PortMapping... ports) {
    return new NetworkAttachmentRequest(
        id,
        pin,
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder()
                    .setName("web")
                    .setNamespace("default")
                    .setUid("uid-" + id))
            .addAllPortMappings(List.of(ports))
            .build());
  }

  private List<String> addressesInUse() throws IOException {
    Path store = directory.resolve("ipam/it-net");
    if (!Files.exists(store)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(store)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(n -> n.startsWith("10."))
          .toList();
    }
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(settings.cacheDir().resolve("results"))) {
      return files.toList();
    }
  }

  private static void run(String... command) throws Exception {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  /** Nothing catches it to clean up, as nothing does after {@code kill -9}. */
  private static final class KilledDaemon extends Error {
    private static final long serialVersionUID = 1L;
  }
}
