package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import io.keelson.runtime.v1.StatusRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Files and folders of the node in containers. */
@ExtendWith(GivesRuntime.class)
public final class HostMounts {
  /** Called by JUnit. */
  HostMounts() {}

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says =
          "host_path of the node is at container_path in the container, to be written to unless readonly")
  @Covers({"ContainerConfig.mounts", "Mount.container_path", "Mount.host_path", "Mount.readonly"})
  void aFolderOfTheNodeIsSharedWithTheContainer(RuntimeUnderTest node) throws IOException {
    Path folder = node.newFolder();
    Files.writeString(folder.resolve("file"), "from the node");
    var container =
        start(node, mount(folder, "/writable"), mount(folder, "/readable").setReadonly(true));
    assertEquals("from the node", container.read("/writable/file"), "/writable/file");
    assertEquals("from the node", container.read("/readable/file"), "/readable/file");
    assertEquals("ok", container.attempt("write", "/writable/new", "written"), "writing");
    assertEquals("written", Files.readString(folder.resolve("new")), "what the node has then");
    assertEquals("EROFS", container.attempt("write", "/readable/new", "x"), "writing, readonly");
  }

  @Test
  @Specification(document = "CRI api.proto, message Mount", says = "host_path can be a file")
  @Covers({"Mount.host_path"})
  void aFileOfTheNodeIsSharedWithTheContainer(RuntimeUnderTest node) throws IOException {
    Path file = Files.writeString(node.newFolder().resolve("file"), "from the node");
    var container = start(node, mount(file, "/etc/group"), mount(file, "/etc/new/place"));
    assertEquals("from the node", container.read("/etc/group"), "a file in place of another");
    assertEquals("from the node", container.read("/etc/new/place"), "a file where there was none");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "a host_path that is a symbolic link stands for what it points to")
  @Covers({"Mount.host_path"})
  void aLinkStandsForWhatItPointsTo(RuntimeUnderTest node) throws IOException {
    Path folder = node.newFolder();
    Files.writeString(Files.createDirectory(folder.resolve("real")).resolve("file"), "found");
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    assertEquals("found", start(node, mount(link, "/mnt")).read("/mnt/file"), "/mnt/file");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says =
          "a host_path that does not exist should be an error; where a runtime makes a folder of it instead, that is what is mounted")
  @Covers({"Mount.host_path"})
  void aHostPathThatIsNotThereIsRejectedOrMade(RuntimeUnderTest node) {
    Path absent = node.newFolder().resolve("absent");
    if (!node.refuses(() -> start(node, mount(absent, "/mnt")))) {
      assertTrue(Files.isDirectory(absent), "there is a folder now at " + absent);
      assertEquals(
          "ok", start(node, mount(absent, "/mnt")).attempt("mkdir", "/mnt/new"), "writing to it");
      assertTrue(Files.isDirectory(absent.resolve("new")), "what was written is on the node");
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerConfig",
      says = "mounts are made in their order, so that one can be within another")
  @Covers({"ContainerConfig.mounts"})
  void aMountCanBeWithinAnother(RuntimeUnderTest node) throws IOException {
    Path outer = node.newFolder();
    Files.createDirectory(outer.resolve("inner"));
    Files.writeString(outer.resolve("file"), "outer");
    Path inner = node.newFolder();
    Files.writeString(inner.resolve("file"), "inner");
    var container = start(node, mount(outer, "/mnt"), mount(inner, "/mnt/inner"));
    assertEquals("outer", container.read("/mnt/file"), "/mnt/file");
    assertEquals("inner", container.read("/mnt/inner/file"), "/mnt/inner/file");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message ContainerStatus",
      says = "mounts are those of the container")
  @Covers({"ContainerStatus.mounts", "Mount.container_path", "Mount.host_path", "Mount.readonly"})
  void theStatusTellsTheMounts(RuntimeUnderTest node) {
    Path folder = node.newFolder();
    var container = start(node, mount(folder, "/a"), mount(folder, "/b").setReadonly(true));
    var told =
        container.status().getMountsList().stream()
            .map(each ->
                each.getContainerPath() + " " + each.getHostPath() + " " + each.getReadonly())
            .sorted()
            .toList();
    assertEquals(
        List.of("/a " + folder + " false", "/b " + folder + " true"),
        told,
        "container_path, host_path and readonly of the mounts in the status");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "recursive_read_only makes mounts below read-only too; readonly alone leaves them")
  @Covers({
    "Mount.recursive_read_only",
    "Mount.readonly",
    "RuntimeHandlerFeatures.recursive_read_only_mounts"
  })
  void mountsBelowAReadOnlyOneAreReadOnlyWhenAskedFor(RuntimeUnderTest node) {
    assumeTrue(
        node.handlerFeatures().getRecursiveReadOnlyMounts(),
        "the handler does not announce recursive_read_only_mounts");
    // Every node has a file system of its own at /dev/shm.
    Path devices = Path.of("/dev");
    var container =
        start(
            node,
            mount(devices, "/flat").setReadonly(true),
            mount(devices, "/deep").setReadonly(true).setRecursiveReadOnly(true));
    String folder = "/shm/" + node.newFolder().getFileName();
    assertEquals("EROFS", container.attempt("mkdir", "/deep" + folder), "recursive_read_only");
    assertEquals("EROFS", container.attempt("mkdir", "/flat/new"), "readonly");
    assertEquals("ok", container.attempt("mkdir", "/flat" + folder), "below a mount, readonly");
    assertEquals("ok", container.attempt("rmdir", "/flat" + folder), "removing that");
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says = "recursive_read_only needs readonly and private propagation, or is an error")
  @Covers({"Mount.recursive_read_only"})
  void recursiveReadOnlyIsRejectedWhereItCannotBe(RuntimeUnderTest node) {
    Path folder = node.newFolder();
    assertRefused(node, mount(folder, "/mnt").setRecursiveReadOnly(true));
    for (MountPropagation propagation :
        List.of(
            MountPropagation.PROPAGATION_HOST_TO_CONTAINER,
            MountPropagation.PROPAGATION_BIDIRECTIONAL)) {
      assertRefused(
          node,
          mount(folder, "/mnt")
              .setReadonly(true)
              .setRecursiveReadOnly(true)
              .setPropagation(propagation));
    }
  }

  @Test
  @Specification(
      document = "CRI api.proto, message Mount",
      says =
          "mount_options are further options of mount(8), where the runtime announces them, and an error elsewhere")
  @Covers({"Mount.mount_options", "RuntimeFeatures.mount_options"})
  void optionsOfMountsAreHeededOrRefused(RuntimeUnderTest node) throws IOException {
    Path folder = node.newFolder();
    var mount = mount(folder, "/mnt").addMountOptions("noexec");
    if (!node.runtime()
        .status(StatusRequest.getDefaultInstance())
        .getFeatures()
        .getMountOptions()) {
      assumeTrue(
          node.refuses(() -> start(node, mount)),
          "the runtime does not announce mount_options, which are newer than it, and ignores them");
      return;
    }
    String line =
        start(node, mount)
            .read("/proc/1/mountinfo")
            .lines()
            .filter(each -> each.contains(" /mnt "))
            .findFirst()
            .orElse("");
    assertTrue(line.contains("noexec"), "the mount has the option noexec: " + line);
  }

  private static void assertRefused(RuntimeUnderTest node, Mount.Builder mount) {
    assertTrue(node.refuses(() -> start(node, mount)), "the runtime makes a mount {" + mount + "}");
  }

  private static Mount.Builder mount(Path hostPath, String containerPath) {
    return Mount.newBuilder().setHostPath(hostPath.toString()).setContainerPath(containerPath);
  }

  private static TestContainer start(RuntimeUnderTest node, Mount.Builder... mounts) {
    Pod pod = node.runPod();
    var config = pod.containerConfig("main", "pause");
    List.of(mounts).forEach(config::addMounts);
    return pod.create(config.build()).start();
  }
}
