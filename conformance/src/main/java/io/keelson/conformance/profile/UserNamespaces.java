package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.IDMapping;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.StatusRequest;
import io.keelson.runtime.v1.UserNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pods whose users are others on the node. */
@ExtendWith(GivesRuntime.class)
public final class UserNamespaces {
  private static final IDMapping MAPPING =
      IDMapping.newBuilder().setHostId(1_000_000).setContainerId(0).setLength(65_536).build();

  /** Called by JUnit. */
  UserNamespaces() {}

  @Test
  @Specification(
      document = "CRI api.proto, message UserNamespace",
      says =
          "POD is a user namespace of the pod with the mapping that uids and gids give; a runtime that has none must not run the pod without")
  @Covers({
    "NamespaceOption.userns_options",
    "UserNamespace.mode",
    "UserNamespace.uids",
    "UserNamespace.gids",
    "IDMapping.host_id",
    "IDMapping.container_id",
    "IDMapping.length",
    "RuntimeHandler.features",
    "RuntimeHandlerFeatures.user_namespaces"
  })
  void aUserNamespaceIsGivenWhereItIsAnnouncedAndRefusedWhereNot(RuntimeUnderTest node) {
    var options = UserNamespace.newBuilder().addUids(MAPPING).addGids(MAPPING);
    boolean refused = node.refuses(() -> start(runPod(node, options), options));
    assertFalse(refused && announced(node), "the handler announces user namespaces, and refuses");
    if (refused) {
      return;
    }
    var container = start(runPod(node, options), options);
    String map = "0 1000000 65536";
    assertEquals(map, words(container.read("/proc/self/uid_map")), "uid_map of the program");
    assertEquals(map, words(container.read("/proc/self/gid_map")), "gid_map of the program");
    assertNotEquals(
        container.namespace("user"),
        node.runPod().startWaiting().namespace("user"),
        "user namespace of an ordinary pod");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message UserNamespace",
      says = "NODE is the user namespace of the node, as without the option")
  @Covers({"UserNamespace.mode"})
  void aPodWithoutUserNamespaceHasThatOfTheNode(RuntimeUnderTest node) {
    var options = UserNamespace.newBuilder().setMode(NamespaceMode.NODE);
    assertEquals(
        node.runPod().startWaiting().namespace("user"),
        start(runPod(node, options), options).namespace("user"),
        "user namespace with NODE, and without the option");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message UserNamespace",
      says = "with POD there is exactly one range, which maps id 0 of the container")
  @Covers({"UserNamespace.uids", "UserNamespace.gids"})
  void mappingsThatNoPodCanHaveAreRejected(RuntimeUnderTest node) {
    var further = MAPPING.toBuilder().setHostId(2_000_000).setContainerId(65_536);
    assertRefused(
        node,
        UserNamespace.newBuilder()
            .addUids(MAPPING)
            .addUids(further)
            .addGids(MAPPING)
            .addGids(further));
    var withoutRoot = MAPPING.toBuilder().setContainerId(1);
    assertRefused(node, UserNamespace.newBuilder().addUids(withoutRoot).addGids(withoutRoot));
  }

  @Test
  @Specification(document = "CRI api.proto, message UserNamespace", says = "mode is POD or NODE")
  @Covers({"UserNamespace.mode"})
  void userNamespacesOfContainersAreRejected(RuntimeUnderTest node) {
    for (NamespaceMode mode : List.of(NamespaceMode.CONTAINER, NamespaceMode.TARGET)) {
      assertRefused(
          node, UserNamespace.newBuilder().setMode(mode).addUids(MAPPING).addGids(MAPPING));
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message RuntimeFeatures",
      says = "user_namespaces_host_network: a pod can have a user namespace and the node's network")
  @Covers({"StatusResponse.features", "RuntimeFeatures.user_namespaces_host_network"})
  void aUserNamespaceGoesWithTheNetworkOfTheNodeWhereAnnounced(RuntimeUnderTest node) {
    assumeTrue(
        node.runtime()
            .status(StatusRequest.getDefaultInstance())
            .getFeatures()
            .getUserNamespacesHostNetwork(),
        "the runtime does not announce the feature user_namespaces_host_network");
    var options = UserNamespace.newBuilder().addUids(MAPPING).addGids(MAPPING);
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setNetwork(NamespaceMode.NODE)
        .setUsernsOptions(options);
    Pod pod = node.runPod(config.build());
    var container =
        pod.startWaiting(security ->
            security
                .getNamespaceOptionsBuilder()
                .setNetwork(NamespaceMode.NODE)
                .setUsernsOptions(options));
    assertEquals("0 1000000 65536", words(container.read("/proc/self/uid_map")), "uid_map");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "uidMappings and gidMappings make files of the mount belong to the pod's users")
  @Covers({"Mount.uidMappings", "Mount.gidMappings"})
  void filesOfAnIdMappedMountBelongToThePod(RuntimeUnderTest node) throws IOException {
    assumeTrue(announced(node), "the handler does not announce user namespaces");
    Path folder = node.newFolder();
    Files.writeString(folder.resolve("file"), "x");
    var options = UserNamespace.newBuilder().addUids(MAPPING).addGids(MAPPING);
    Pod pod = runPod(node, options);
    var config =
        pod.containerConfig("main", "pause")
            .addMounts(
                Mount.newBuilder()
                    .setHostPath(folder.toString())
                    .setContainerPath("/mnt")
                    .addUidMappings(MAPPING)
                    .addGidMappings(MAPPING));
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setUsernsOptions(options);
    var container = pod.create(config.build()).start();
    int uid = (int) Files.getAttribute(folder.resolve("file"), "unix:uid");
    int gid = (int) Files.getAttribute(folder.resolve("file"), "unix:gid");
    assertEquals(
        "%d %d".formatted(uid, gid),
        container.run("owners", "/mnt/file").strip().replaceFirst("^\\S+ ", ""),
        "user and group of the file in the container, as on the node");
  }

  private static void assertRefused(RuntimeUnderTest node, UserNamespace.Builder options) {
    assertTrue(
        node.refuses(() -> runPod(node, options)),
        "the runtime runs a pod with the user namespace {%s}".formatted(options));
  }

  private static Pod runPod(RuntimeUnderTest node, UserNamespace.Builder options) {
    var config = node.podConfig();
    config
        .getLinuxBuilder()
        .getSecurityContextBuilder()
        .getNamespaceOptionsBuilder()
        .setUsernsOptions(options);
    return node.runPod(config.build());
  }

  private static TestContainer start(Pod pod, UserNamespace.Builder options) {
    return pod.startWaiting(
        security -> security.getNamespaceOptionsBuilder().setUsernsOptions(options));
  }

  private static boolean announced(RuntimeUnderTest node) {
    return node.handlerFeatures().getUserNamespaces();
  }

  private static String words(String line) {
    return line.strip().replaceAll("\\s+", " ");
  }
}
