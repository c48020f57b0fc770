package io.keelson.conformance.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.keelson.conformance.Covers;
import io.keelson.conformance.Specification;
import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.HostMountTable;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.runtime.v1.Mount;
import io.keelson.runtime.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whether mounts that are made later travel between node and containers. */
@ExtendWith(GivesRuntime.class)
public final class MountsInMotion {
  /** Called by JUnit. */
  MountsInMotion() {}

  @Test
  @Specification(
      document = "CRI api.proto, enum MountPropagation",
      says =
          "BIDIRECTIONAL carries mounts of the container to the node, HOST_TO_CONTAINER those of the node to the container, PRIVATE none")
  @Covers({"Mount.propagation"})
  void mountsTravelAsThePropagationSays(RuntimeUnderTest node) throws IOException {
    node.assumeRunsPrograms();
    Path folder = node.newFolder();
    assumeTrue(
        HostMountTable.isShared(folder),
        "mounts on the node are not shared, so that none can travel");
    Files.createDirectory(folder.resolve("point"));
    var config = node.podConfig();
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    Pod pod = node.runPod(config.build());
    var receiver = start(pod, "receiver", folder, MountPropagation.PROPAGATION_HOST_TO_CONTAINER);
    var outsider = start(pod, "outsider", folder, MountPropagation.PROPAGATION_PRIVATE);
    var sender = start(pod, "sender", folder, MountPropagation.PROPAGATION_BIDIRECTIONAL);
    assertEquals("ok", sender.attempt("mount", "/mnt/point"), "mounting in the sender");
    try {
      assertEquals("ok", sender.attempt("write", "/mnt/point/file", "x"), "writing there");
      assertEquals("x", receiver.read("/mnt/point/file"), "what the receiver sees");
      assertNotEquals(
          0,
          outsider.outcome("show", "/mnt/point/file").getExitCode(),
          "reading it without propagation");
    } finally {
      sender.attempt("unmount", "/mnt/point");
    }
    assertEquals("ok", receiver.attempt("mount", "/mnt/point"), "mounting in the receiver");
    assertEquals("ok", receiver.attempt("write", "/mnt/point/file", "x"), "writing there");
    assertNotEquals(
        0,
        sender.outcome("show", "/mnt/point/file").getExitCode(),
        "reading what a container mounted that only receives");
  }

  private static TestContainer start(
      Pod pod, String name, Path folder, MountPropagation propagation) {
    var config =
        pod.containerConfig(name, "pause")
            .addMounts(
                Mount.newBuilder()
                    .setHostPath(folder.toString())
                    .setContainerPath("/mnt")
                    .setPropagation(propagation));
    config.getLinuxBuilder().getSecurityContextBuilder().setPrivileged(true);
    return pod.create(config.build()).start();
  }
}
