package io.keelson.conformance.profile;

import io.keelson.conformance.fixture.GivesRuntime;
import io.keelson.conformance.fixture.Pod;
import io.keelson.conformance.fixture.RuntimeUnderTest;
import io.keelson.conformance.fixture.TestContainer;
import io.keelson.conformance.image.TestImage;
import io.keelson.runtime.v1.ExecSyncRequest;
import io.keelson.runtime.v1.ListContainersRequest;
import io.keelson.runtime.v1.ListPodSandboxRequest;
import io.keelson.runtime.v1.VersionRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Calls whose times are worth knowing, one after another. Reports tell the times; nothing here is
 * too slow, and only a call that fails is a failure.
 */
@ExtendWith(GivesRuntime.class)
public final class Latencies {
  private static final int LIGHT_CALLS = 100;
  private static final int PODS = 10;
  private static final int CONTAINERS = 20;
  private static final int PODS_OF_LISTS = 5;
  private static final int CONTAINERS_OF_LISTS = 50;
  private static final int LISTS = 40;
  private static final int STOP_SECONDS = 10;

  /** Called by JUnit. */
  Latencies() {}

  @Test
  void versions(RuntimeUnderTest node) {
    for (int i = 0; i < LIGHT_CALLS; i++) {
      node.runtime().version(VersionRequest.getDefaultInstance());
    }
  }

  @Test
  void podsFromRunToRemove(RuntimeUnderTest node) {
    for (int i = 0; i < PODS; i++) {
      Pod pod = node.runPod();
      pod.stop();
      pod.remove();
    }
  }

  @Test
  void containersFromCreateToRemove(RuntimeUnderTest node) {
    Pod pod = node.runPod();
    for (int i = 0; i < CONTAINERS; i++) {
      TestContainer container = pod.create("main-" + i, "pause").start().awaitOutput();
      container.stop(STOP_SECONDS);
      container.remove();
    }
  }

  @Test
  void listsAndStatusesAmongFiftyContainers(RuntimeUnderTest node) {
    List<Pod> pods = new ArrayList<>();
    for (int i = 0; i < PODS_OF_LISTS; i++) {
      pods.add(node.runPod());
    }
    List<TestContainer> containers = new ArrayList<>();
    for (int i = 0; i < CONTAINERS_OF_LISTS; i++) {
      containers.add(pods.get(i % PODS_OF_LISTS).create("main-" + i, "pause"));
    }
    for (int i = 0; i < LISTS; i++) {
      node.runtime().listPodSandbox(ListPodSandboxRequest.getDefaultInstance());
      node.runtime().listContainers(ListContainersRequest.getDefaultInstance());
      containers.get(i).status();
    }
  }

  @Test
  void commandsInAContainer(RuntimeUnderTest node) {
    ExecSyncRequest request =
        ExecSyncRequest.newBuilder()
            .setContainerId(node.runPod().startWaiting().id())
            .addAllCmd(List.of(TestImage.PROGRAM, "ids"))
            .setTimeout(STOP_SECONDS)
            .build();
    for (int i = 0; i < CONTAINERS; i++) {
      node.runtime().execSync(request);
    }
  }
}
