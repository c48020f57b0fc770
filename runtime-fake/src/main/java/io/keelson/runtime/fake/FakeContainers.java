package io.keelson.runtime.fake;

import com.google.protobuf.ByteString;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.NamespaceMode;
import io.keelson.runtime.v1.NamespaceOption;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.time.Duration;
import java.util.List;

/** Containers without processes: they change state when told to, and echo what they should run. */
final class FakeContainers implements Containers {
  private final FakeNode node;
  private final FakeImages images;

  FakeContainers(FakeNode node, FakeImages images) {
    this.node = node;
    this.images = images;
  }

  @Override
  public String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig) {
    FakePod pod = node.pod(podSandboxId);
    if (!pod.isReady()) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped and takes no new containers".formatted(podSandboxId));
    }
    Image image =
        images
            .imageStatus(config.getImage())
            .orElseThrow(() ->
                CriException.notFound(
                    "image '%s' is not here; pull it first"
                        .formatted(config.getImage().getImage())));
    NodeLimits.check(config);
    NamespaceOption namespaces = config.getLinux().getSecurityContext().getNamespaceOptions();
    if (namespaces.getPid() == NamespaceMode.TARGET) {
      node.container(namespaces.getTargetId());
    }
    String id = FakeNode.newId();
    FakeLog log = node.log(pod.config.getLogDirectory(), config.getLogPath());
    node.containers()
        .put(id, new FakeContainer(id, podSandboxId, config, image.getId(), log, node));
    node.report(id, podSandboxId, ContainerEventType.CONTAINER_CREATED_EVENT);
    return id;
  }

  @Override
  public void startContainer(String containerId) {
    FakeContainer container = node.container(containerId);
    if (!node.pod(container.podId).isReady()) {
      throw CriException.failedPrecondition(
          "pod sandbox '%s' is stopped and runs no containers".formatted(container.podId));
    }
    container.start();
  }

  @Override
  public void stopContainer(String containerId, Duration grace) {
    FakeContainer container = node.container(containerId);
    if (grace.isZero()) {
      container.kill();
    } else {
      container.stop();
    }
  }

  @Override
  public void removeContainer(String containerId) {
    FakeContainer container = node.container(containerId);
    container.kill();
    node.containers().remove(containerId);
    node.report(containerId, container.podId, ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  @Override
  public ContainerStatus containerStatus(String containerId) {
    return node.container(containerId).status();
  }

  @Override
  public List<Container> listContainers() {
    return node.containers().values().stream().map(FakeContainer::summary).toList();
  }

  /** Answers with the command's own words as its output, and exit code 0. */
  @Override
  public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout) {
    if (!node.container(containerId).isRunning()) {
      throw CriException.failedPrecondition(
          "container '%s' does not run; nothing can be executed in it".formatted(containerId));
    }
    return ExecSyncResponse.newBuilder()
        .setStdout(ByteString.copyFromUtf8(String.join(" ", command) + "\n"))
        .build();
  }
}
