package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.keelson.node.agent.config.PodLabels;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import io.keelson.volumes.VolumeException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds what an earlier process of this agent left: pods by records and labels, and volumes. */
final class Adoption {
  private static final Logger log = LoggerFactory.getLogger(Adoption.class);
  private static final long UNKNOWN_GRACE_SECONDS = 30;

  private final NodeServices services;

  Adoption(NodeServices services) {
    this.services = services;
  }

  /** Pods by full name; more than one of a name where an earlier process died in between. */
  Map<String, List<PodRecord>> find() throws InterruptedException {
    Map<String, List<PodRecord>> found = new HashMap<>();
    Set<String> uids = new HashSet<>();
    for (PodRecord record : services.records().loadAll()) {
      uids.add(record.manifest().uid());
      found.computeIfAbsent(record.manifest().fullName(), name -> new ArrayList<>()).add(record);
    }
    for (PodSandbox sandbox :
        services
            .client()
            .listPodSandboxes(
                PodSandboxFilter.newBuilder()
                    .putLabelSelector(PodLabels.AGENT, services.facts().name())
                    .build())) {
      if (uids.add(sandbox.getMetadata().getUid())) {
        log.warn("pod {} has no record and will be ended", sandbox.getMetadata().getName());
        PodRecord record = unrecorded(sandbox);
        found.computeIfAbsent(record.manifest().fullName(), name -> new ArrayList<>()).add(record);
      }
    }
    cleanDirectories(uids);
    return found;
  }

  /** A pod of which nothing is known but what its sandbox says. */
  private PodRecord unrecorded(PodSandbox sandbox) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(sandbox.getMetadata().getName())
            .withNamespace(sandbox.getMetadata().getNamespace())
            .withUid(sandbox.getMetadata().getUid())
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .withTerminationGracePeriodSeconds(UNKNOWN_GRACE_SECONDS)
            .endSpec()
            .build();
    return new PodRecord(new PodManifest(pod, "", ""), services.clock().now(), "");
  }

  /** A record goes last, so a directory without one belongs to a pod that is gone. */
  private void cleanDirectories(Set<String> uids) {
    Path pods = services.podsDirectory();
    if (!Files.isDirectory(pods)) {
      return;
    }
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(pods)) {
      for (Path directory : directories) {
        if (!uids.contains(directory.getFileName().toString())) {
          log.warn("volumes of a pod that is gone are left in {}", directory);
          services.volumes().unpublishAll(directory);
        }
      }
    } catch (IOException | VolumeException e) {
      log.warn("leftovers in {} could not be taken away", pods, e);
    }
  }
}
