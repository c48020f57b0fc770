package io.keelson.cli;

import io.keelson.cli.shell.CommandFailure;
import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerFilter;
import io.keelson.runtime.v1.ContainerState;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxFilter;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the container a user means by a pod's name and, where it has several, a container's. */
final class PodSelection {
  private PodSelection() {}

  /**
   * The running or else newest container of that name in the newest sandbox of that pod.
   *
   * @param pod {@code name}, {@code namespace/name}, or an id prefix
   * @param container null when the pod has only one
   * @throws CommandFailure naming what there is when nothing fits, or several
   */
  static Container container(RuntimeClient client, String pod, @Nullable String container)
      throws InterruptedException {
    PodSandbox found = pod(client, pod);
    List<Container> containers =
        client.listContainers(ContainerFilter.newBuilder().setPodSandboxId(found.getId()).build());
    List<String> names =
        containers.stream().map(c -> c.getMetadata().getName()).distinct().sorted().toList();
    if (container == null && names.size() > 1) {
      throw new CommandFailure(
          "pod '%s' has several containers; choose one with -c: %s"
              .formatted(pod, String.join(", ", names)));
    }
    return containers.stream()
        .filter(c -> container == null || c.getMetadata().getName().equals(container))
        // The running one, else the last that ran.
        .max(
            Comparator.comparing((Container c) -> c.getState() == ContainerState.CONTAINER_RUNNING)
                .thenComparingLong(Container::getCreatedAt))
        .orElseThrow(() ->
            new CommandFailure(
                "pod '%s' has no container '%s'; it has: %s"
                    .formatted(pod, container, String.join(", ", names))));
  }

  private static PodSandbox pod(RuntimeClient client, String word) throws InterruptedException {
    List<PodSandbox> all = client.listPodSandboxes(PodSandboxFilter.getDefaultInstance());
    List<PodSandbox> fitting = all.stream().filter(pod -> names(pod, word)).toList();
    if (names(fitting).size() > 1) {
      throw new CommandFailure(
          "'%s' fits several pods: %s; write namespace/name or a longer id"
              .formatted(word, String.join(", ", names(fitting))));
    }
    // A pod that was made anew has more than one sandbox for a while.
    return fitting.stream()
        .max(Comparator.comparingLong(PodSandbox::getCreatedAt))
        .orElseThrow(() ->
            new CommandFailure(
                "there is no pod '%s'%s"
                    .formatted(
                        word,
                        all.isEmpty()
                            ? ", and no other one"
                            : "; there are: " + String.join(", ", names(all)))));
  }

  private static SortedSet<String> names(List<PodSandbox> pods) {
    return pods.stream().map(PodSelection::name).collect(Collectors.toCollection(TreeSet::new));
  }

  /** A pod as users write it. */
  static String name(PodSandbox pod) {
    return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
  }

  private static boolean names(PodSandbox pod, String word) {
    return pod.getMetadata().getName().equals(word)
        || name(pod).equals(word)
        || (word.length() >= 4 && pod.getId().startsWith(word));
  }
}
