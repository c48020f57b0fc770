package io.keelson.examples.unshare;

import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.NetworkAttachmentRequest;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Pods, each of them namespaces and an attachment to the network. */
final class UnsharePodSandboxes implements PodSandboxes {
  private final Node node;
  private final PodNetwork network;

  UnsharePodSandboxes(Node node, PodNetwork network) {
    this.node = node;
    this.network = network;
  }

  @Override
  public String runPodSandbox(PodSandboxConfig config, String runtimeHandler)
      throws InterruptedException {
    HonouredFields.checkPod(config);
    String id = Node.newId();
    Path folder = node.folderOf(id);
    PinnedNamespaces namespaces =
        new PinnedNamespaces(folder, config.getLinux().getSecurityContext().getNamespaceOptions());
    boolean done = false;
    try {
      Files.createDirectories(folder);
      namespaces.make(config.getHostname());
      List<String> addresses =
          namespaces.hasNetwork()
              ? network.attach(attachment(id, namespaces, config)).addresses()
              : List.of();
      node.add(new Pod(id, config, runtimeHandler, namespaces, addresses, node.now()));
      done = true;
      return id;
    } catch (IOException e) {
      throw CriException.unknown("folder %s cannot be made: %s".formatted(folder, e), e);
    } finally {
      if (!done) {
        namespaces.remove();
        HostCommand.run("rm", "-rf", folder.toString());
      }
    }
  }

  private static NetworkAttachmentRequest attachment(
      String id, PinnedNamespaces namespaces, PodSandboxConfig config) {
    return new NetworkAttachmentRequest(id, namespaces.network(), config);
  }

  @Override
  public void stopPodSandbox(String podSandboxId) throws InterruptedException {
    Pod pod = node.pod(podSandboxId);
    for (UnshareContainer container : node.containersOf(pod)) {
      container.stop(Duration.ZERO);
    }
    boolean wasReady = pod.isReady();
    if (pod.namespaces().hasNetwork()) {
      network.detach(attachment(pod.id(), pod.namespaces(), pod.config()));
    }
    pod.stopped();
    if (wasReady) {
      pod.namespaces().remove();
      node.report(pod.id(), pod.id(), ContainerEventType.CONTAINER_STOPPED_EVENT);
    }
  }

  @Override
  public void removePodSandbox(String podSandboxId) throws InterruptedException {
    Pod pod = node.pod(podSandboxId);
    stopPodSandbox(podSandboxId);
    for (UnshareContainer container : node.containersOf(pod)) {
      container.remove();
      node.remove(container);
    }
    HostCommand.run("rm", "-rf", "--one-file-system", node.folderOf(podSandboxId).toString());
    node.remove(pod);
  }

  @Override
  public PodSandboxStatus podSandboxStatus(String podSandboxId) {
    return node.pod(podSandboxId).status();
  }

  @Override
  public List<PodSandbox> listPodSandboxes() {
    return node.pods().stream().map(Pod::summary).toList();
  }
}
