package io.keelson.node.agent;

import io.fabric8.kubernetes.api.model.Container;
import io.keelson.node.agent.ContainerStopper.Ending;
import io.keelson.node.agent.manifest.PodManifest;
import io.keelson.runtime.v1.PodSandboxStatus;
import io.keelson.volumes.PodVolumes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends a pod, and takes away all of it. Each step can be repeated after a failure. */
final class PodTermination {
  private final NodeServices services;
  private final PodManifest manifest;
  private final Map<String, Container> containers = new HashMap<>();
  private final Map<String, Integer> ranks = new HashMap<>();

  PodTermination(NodeServices services, PodManifest manifest) {
    this.services = services;
    this.manifest = manifest;
    List<Container> init = manifest.pod().getSpec().getInitContainers();
    for (int i = 0; i < init.size(); i++) {
      containers.put(init.get(i).getName(), init.get(i));
      ranks.put(init.get(i).getName(), i);
    }
    for (Container container : manifest.pod().getSpec().getContainers()) {
      containers.put(container.getName(), container);
      ranks.put(container.getName(), init.size());
    }
  }

  /** The instance as something to end. */
  Ending ending(ObservedContainer instance) {
    return new Ending(
        instance.id(),
        containers.get(instance.name()),
        ranks.getOrDefault(instance.name(), containers.size()));
  }

  /** Ends all containers within the grace period, and stops the sandboxes. */
  void stop(ObservedPod observed, String podIp, Duration grace) throws InterruptedException {
    List<Ending> endings = new ArrayList<>();
    for (ObservedContainer instance : observed.containers()) {
      if (!instance.exited() && !instance.created()) {
        endings.add(ending(instance));
      }
    }
    new ContainerStopper(services).stopAll(endings, podIp, grace);
    for (PodSandboxStatus sandbox : observed.sandboxes()) {
      services.client().stopPodSandbox(sandbox.getId());
    }
  }

  /** Takes away everything of a stopped pod: sandboxes, volumes, files, logs, and its record. */
  void remove(ObservedPod observed) throws InterruptedException {
    for (PodSandboxStatus sandbox : observed.sandboxes()) {
      services.client().removePodSandbox(sandbox.getId());
    }
    unpublishVolumes();
    try {
      deleteTree(services.podDirectory(manifest));
      deleteTree(services.logDirectory(manifest));
    } catch (IOException e) {
      throw new UncheckedIOException("delete the files of pod " + manifest.fullName(), e);
    }
    services.records().delete(manifest.uid());
  }

  /** Takes away the volumes of a stopped pod. */
  void unpublishVolumes() {
    PodVolumes volumes = services.volumes();
    volumes.unpublishAll(services.podDirectory(manifest));
  }

  private static void deleteTree(Path root) throws IOException {
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      if (Files.exists(root)) {
        throw e;
      }
    }
  }
}
