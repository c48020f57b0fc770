package io.keelson.node.agent;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what a running pod leaves behind: of each container all ended instances but the newest,
 * with their logs, and old sandboxes with nothing in them.
 */
final class GarbageCollector {
  private static final Logger log = LoggerFactory.getLogger(GarbageCollector.class);

  private final RuntimeClient client;

  GarbageCollector(RuntimeClient client) {
    this.client = client;
  }

  void collect(ObservedPod pod) throws InterruptedException {
    Set<String> kept = new HashSet<>();
    Set<String> sandboxesInUse = new HashSet<>();
    // Newest first, so that the first ended instance of a name is the one to keep.
    for (ObservedContainer container : pod.containers()) {
      if (container.exited() && !kept.add(container.name())) {
        client.removeContainer(container.id());
        deleteLog(container.status().getLogPath());
      } else {
        sandboxesInUse.add(container.sandboxId());
      }
    }
    for (PodSandboxStatus sandbox : pod.sandboxes()) {
      boolean newest = sandbox.equals(pod.sandboxes().getFirst());
      if (!newest && !ObservedPod.isReady(sandbox) && !sandboxesInUse.contains(sandbox.getId())) {
        client.removePodSandbox(sandbox.getId());
      }
    }
  }

  private static void deleteLog(String path) {
    if (path.isEmpty()) {
      return;
    }
    try {
      Files.deleteIfExists(Path.of(path));
    } catch (IOException e) {
      log.warn("delete the log {} of a removed container", path, e);
    }
  }
}
