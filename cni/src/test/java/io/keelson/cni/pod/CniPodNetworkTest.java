package io.keelson.cni.pod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.Status;
import io.keelson.cni.ScriptedPlugin;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.NetworkAttachment;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.v1.DNSConfig;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxMetadata;
import io.keelson.runtime.v1.PortMapping;
import io.keelson.runtime.v1.Protocol;
import io.keelson.runtime.v1.RuntimeCondition;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CniPodNetworkTest {
  private static final String RESULT =
      """
      {"cniVersion":"1.0.0",
       "interfaces":[{"name":"br0"},{"name":"eth0","sandbox":"/proc/self/ns/net"}],
       "ips":[{"address":"10.0.0.1/8","interface":0},{"address":"10.0.0.2/8","interface":1},
              {"address":"fd00::2/64","interface":1}],
       "dns":{"nameservers":["10.0.0.53"]}}
      """;

  @TempDir Path directory;
  private Path confDir;
  private Path bin;
  private ScriptedPlugin plugin;
  private CniPodNetwork network;

  @BeforeEach
  void onePlugin() throws Exception {
    confDir = directory.resolve("net.d");
    bin = Files.createDirectory(directory.resolve("bin"));
    plugin = ScriptedPlugin.install(bin, "net").answers("ADD", RESULT);
    network =
        new CniPodNetwork(
            new CniSettings(
                confDir, List.of(bin), directory.resolve("cache"), Duration.ofSeconds(20)));
  }

  @Test
  void withoutAConfigurationTheNetworkIsNotReadyAndSaysWhatToDo() {
    assertNotReady("NoConfiguration", confDir.toString());
    assertThatThrownBy(() -> network.attach(request("p")))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE))
        .hasMessageContaining("p")
        .hasMessageContaining("no CNI configuration in " + confDir);
  }

  @Test
  void aConfigurationThatArrivesChangesOrGoesIsNoticed() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    assertThat(network.condition())
        .isEqualTo(RuntimeCondition.newBuilder().setType("NetworkReady").setStatus(true).build());

    Files.writeString(confDir.resolve("10.conflist"), "{\"name\": \"broken\", }");
    assertNotReady("InvalidConfiguration", "10.conflist: line 1, column 20");

    configure("20.conflist", "1.0.0", "net");
    assertThat(network.condition().getStatus()).isTrue();

    Files.delete(confDir.resolve("10.conflist"));
    Files.delete(confDir.resolve("20.conflist"));
    assertNotReady("NoConfiguration", confDir.toString());
  }

  @Test
  void aDropInThatIsBrokenOrMendedIsNoticed() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    Path dropIn = Files.createDirectories(confDir.resolve("pods")).resolve("50.conf");
    Files.writeString(dropIn, "{}");
    assertNotReady("InvalidConfiguration", "50.conf");

    Files.writeString(dropIn, "{\"type\": \"net\"}");

    assertThat(network.condition().getStatus()).isTrue();
  }

  @Test
  void aMissingPluginIsNamedUntilItIsInstalled() throws Exception {
    configure("10.conflist", "1.0.0", "other");
    assertNotReady("PluginMissing", "'other'");

    ScriptedPlugin.install(bin, "other");

    assertThat(network.condition().getStatus()).isTrue();
  }

  @Test
  void aPluginOfTheWrongVersionOrNotAvailableMakesTheNetworkNotReady() throws Exception {
    configure("10.conflist", "1.1.0", "net");
    plugin.refuses("STATUS", 50, "no leader yet");
    assertNotReady("PluginNotReady", "no leader yet");

    plugin.on("STATUS", "exit 0");
    assertThat(network.condition().getStatus()).isTrue();

    ScriptedPlugin.install(bin, "old").versions("0.3.1");
    configure("10.conflist", "1.1.0", "old");
    assertNotReady("InvalidConfiguration", "'old' does not speak cniVersion 1.1.0");
  }

  @Test
  void aPluginThatHangsDoesNotHoldTheConditionBack() throws Exception {
    configure("10.conflist", "1.1.0", "net");
    assertThat(network.condition().getStatus()).isTrue();
    plugin.on("STATUS", "sleep 600");

    assertNotReady("PluginNotReady", "did not end within");
  }

  @Test
  void aPodGetsTheAddressesOfItsOwnInterfaces() throws Exception {
    configure("10.conflist", "1.0.0", "net");

    NetworkAttachment attachment = network.attach(request("p1"));

    assertThat(attachment.addresses()).containsExactly("10.0.0.2", "fd00::2");
    assertThat(attachment.dns().getServersList()).containsExactly("10.0.0.53");
    assertThat(attachment.resultJson()).contains("fd00::2/64");
  }

  @Test
  void thePodReachesThePluginAsContainerdWouldTellIt() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    NetworkAttachmentRequest request =
        new NetworkAttachmentRequest(
            "p1",
            Path.of("/proc/self/ns/net"),
            request("p1").config().toBuilder()
                .addPortMappings(PortMapping.newBuilder().setContainerPort(1))
                .addPortMappings(
                    PortMapping.newBuilder()
                        .setProtocol(Protocol.SCTP)
                        .setContainerPort(2)
                        .setHostPort(3)
                        .setHostIp("127.0.0.1"))
                .setDnsConfig(DNSConfig.newBuilder().addServers("10.9.9.9"))
                .build());

    network.attach(request);

    assertThat(plugin.environment("ADD"))
        .containsEntry("CNI_IFNAME", "eth0")
        .containsEntry("CNI_NETNS", "/proc/self/ns/net")
        .containsEntry(
            "CNI_ARGS",
            "IgnoreUnknown=1;K8S_POD_NAMESPACE=ns;K8S_POD_NAME=web;"
                + "K8S_POD_INFRA_CONTAINER_ID=p1;K8S_POD_UID=u1");
    ObjectMapper mapper = new ObjectMapper();
    assertThat(mapper.readTree(plugin.input("ADD")).path("runtimeConfig"))
        .isEqualTo(
            mapper.readTree(
                """
                {"portMappings":[{"hostPort":3,"containerPort":2,"protocol":"sctp",
                  "hostIP":"127.0.0.1"}]}
                """));
  }

  @Test
  void aPodThatAsksForAnImpossiblePortIsRefusedAsInvalid() {
    NetworkAttachmentRequest request =
        new NetworkAttachmentRequest(
            "p1",
            Path.of("/proc/self/ns/net"),
            PodSandboxConfig.newBuilder()
                .addPortMappings(PortMapping.newBuilder().setContainerPort(80).setHostPort(70_000))
                .build());

    assertThatThrownBy(() -> network.attach(request))
        .isInstanceOfSatisfying(
            CriException.class, e -> assertThat(e.code()).isEqualTo(Status.Code.INVALID_ARGUMENT))
        .hasMessageContaining("70000");
    assertThatCode(() -> network.detach(request)).doesNotThrowAnyException();
  }

  @Test
  void aNetworkThatGivesNoAddressIsAFailureAndUndone() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    plugin.answers("ADD", "{\"cniVersion\":\"1.0.0\"}");

    assertThatThrownBy(() -> network.attach(request("p1"))).hasMessageContaining("no address");

    assertThat(ScriptedPlugin.calls(bin)).containsExactly("ADD net", "DEL net");
  }

  @Test
  void aPodIsDetachedFromTheNetworkItWasAttachedTo() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    network.attach(request("p1"));
    ScriptedPlugin.install(bin, "newer");
    configure("10.conflist", "1.0.0", "newer");

    network.detach(request("p1"));

    assertThat(ScriptedPlugin.calls(bin)).containsExactly("ADD net", "DEL net");
  }

  @Test
  void detachingAgainOrWhatWasNeverAttachedAsksNobody() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    network.attach(request("p1"));
    network.detach(request("p1"));

    network.detach(request("p1"));
    network.detach(request("p2"));

    assertThat(ScriptedPlugin.calls(bin)).containsExactly("ADD net", "DEL net");
  }

  @Test
  void anUnreadableCacheEntryIsReleasedWithThePresentConfiguration() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    network.attach(request("p1"));
    Files.writeString(directory.resolve("cache/results/pods-p1-eth0"), "{");

    network.detach(request("p1"));

    assertThat(ScriptedPlugin.calls(bin)).containsExactly("ADD net", "DEL net");
  }

  @Test
  void aNamespaceThatIsGoneIsNotNamedToThePlugin() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    network.attach(request("p1"));
    Path leftOver = Files.createFile(directory.resolve("pin-without-mount"));

    network.detach(new NetworkAttachmentRequest("p1", leftOver, request("p1").config()));

    assertThat(plugin.environment("DEL")).containsEntry("CNI_NETNS", "");
  }

  @Test
  void oneDeadPodThatCannotBeReleasedDoesNotHoldUpTheOthers() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    for (String id : List.of("p1", "p2", "p3")) {
      network.attach(request(id));
    }
    plugin.on("DEL", "[ $CNI_CONTAINERID != p1 ] || exit 1");

    network.retainOnly(List.of("p2"));

    assertThat(directory.resolve("cache/results"))
        .isDirectoryContaining("glob:**pods-p1-eth0")
        .isDirectoryContaining("glob:**pods-p2-eth0")
        .isDirectoryNotContaining("glob:**pods-p3-eth0");
  }

  @Test
  void whatAWriterLeftUnfinishedIsClearedAway() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    network.attach(request("p1"));
    Path leftOver = directory.resolve("cache/results/.keelson.pods-p0-eth0");
    Files.writeString(leftOver, "{");

    network.retainOnly(List.of("p1"));

    assertThat(leftOver).doesNotExist();
    assertThat(directory.resolve("cache/results/pods-p1-eth0")).exists();
  }

  @Test
  void aNetworkThatShutsDownAttachesNothingAndStillDetaches() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    network.attach(request("p1"));

    network.close();

    assertThatThrownBy(() -> network.attach(request("p2"))).hasMessageContaining("shutting down");
    network.detach(request("p1"));
    assertThat(ScriptedPlugin.calls(bin)).containsExactly("ADD net", "DEL net");
  }

  @Test
  void operationsOnOnePodWaitForEachOther() throws Exception {
    configure("10.conflist", "1.0.0", "net");
    plugin.answers("ADD", RESULT);
    String guard = "mkdir \"$d/busy\" || exit 1; sleep 0.1; rmdir \"$d/busy\"; ";
    plugin.on("ADD", guard + "cat \"$d/ADD.out\"").on("DEL", guard);

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Object>> calls =
          threads.invokeAll(
              List.<Callable<Object>>of(
                  () -> network.attach(request("p1")),
                  () -> network.attach(request("p1")),
                  () -> network.attach(request("p1"))));
      for (Future<Object> call : calls) {
        assertThat(call.get()).isNotNull();
      }
    }
  }

  private void assertNotReady(String reason, String messagePart) {
    RuntimeCondition condition = network.condition();
    assertThat(condition.getType()).isEqualTo("NetworkReady");
    assertThat(condition.getStatus()).isFalse();
    assertThat(condition.getReason()).isEqualTo(reason);
    assertThat(condition.getMessage()).contains(messagePart);
  }

  private void configure(String file, String version, String type) throws Exception {
    Files.createDirectories(confDir);
    Files.writeString(
        confDir.resolve(file),
        """
        {"cniVersion":"%s","name":"pods","plugins":[
          {"type":"%s","capabilities":{"portMappings":true}}]}
        """
            .formatted(version, type));
  }

  private static NetworkAttachmentRequest request(String id) {
    return new NetworkAttachmentRequest(
        id,
        Path.of("/proc/self/ns/net"),
        PodSandboxConfig.newBuilder()
            .setMetadata(
                PodSandboxMetadata.newBuilder().setName("web").setNamespace("ns").setUid("u1"))
            .build());
  }
}
