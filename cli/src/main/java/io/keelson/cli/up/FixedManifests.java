package io.keelson.cli.up;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.keelson.node.agent.manifest.ManifestFiles;
import io.keelson.node.agent.manifest.ManifestParser;
import io.keelson.node.agent.manifest.ManifestSource;
import io.keelson.node.agent.manifest.Manifests;
import io.keelson.node.agent.manifest.PodManifest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Manifests that were read before, and stay as they are. */
record FixedManifests(Manifests manifests) implements ManifestSource {

  /**
   * Reads files.
   *
   * @throws io.keelson.node.agent.manifest.ManifestException with everything wrong with them
   */
  static FixedManifests read(List<Path> files, String nodeName) {
    List<Manifests> read = new ArrayList<>();
    try (ManifestFiles source = new ManifestFiles(files, new ManifestParser(nodeName))) {
      source.start(read::add);
    }
    return new FixedManifests(read.getFirst());
  }

  /** The same without probes over the network: where pods have none, they could only fail. */
  FixedManifests withoutNetworkProbes() {
    return new FixedManifests(
        new Manifests(
            manifests.pods().stream().map(FixedManifests::withoutNetworkProbes).toList(),
            manifests.configMaps(),
            manifests.problems()));
  }

  private static PodManifest withoutNetworkProbes(PodManifest manifest) {
    Pod pod = new PodBuilder(manifest.pod()).build();
    containers(pod)
        .forEach(container -> {
          container.setStartupProbe(unlessNetwork(container.getStartupProbe()));
          container.setReadinessProbe(unlessNetwork(container.getReadinessProbe()));
          container.setLivenessProbe(unlessNetwork(container.getLivenessProbe()));
        });
    return new PodManifest(pod, manifest.source(), manifest.hash());
  }

  private static @Nullable Probe unlessNetwork(@Nullable Probe probe) {
    return probe == null || probe.getExec() == null ? null : probe;
  }

  /** All containers of a pod, init containers first. */
  static Stream<Container> containers(Pod pod) {
    return Stream.concat(
        pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream());
  }

  @Override
  public void start(Consumer<Manifests> receiver) {
    receiver.accept(manifests);
  }

  @Override
  public void close() {}
}
