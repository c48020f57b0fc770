package io.keelson.runtime.fake;

import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.v1.ContainerEventType;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Sandboxes that are ready as soon as they are asked for. */
final class FakePodSandboxes implements PodSandboxes {
  private static final int ADDRESSES = 65_000;

  private final FakeNode node;
  private final AtomicInteger lastAddress = new AtomicInteger();

  FakePodSandboxes(FakeNode node) {
    this.node = node;
  }

  @Override
  public String runPodSandbox(PodSandboxConfig config, String runtimeHandler) {
    NodeLimits.check(config);
    String id = FakeNode.newId();
    int number = 2 + lastAddress.getAndIncrement() % ADDRESSES;
    String address = "10.88.%d.%d".formatted(number >> 8, number & 0xff);
    node.pods().put(id, new FakePod(id, config, runtimeHandler, address, node.now()));
    node.report(id, id, ContainerEventType.CONTAINER_CREATED_EVENT);
    node.report(id, id, ContainerEventType.CONTAINER_STARTED_EVENT);
    return id;
  }

  @Override
  public void stopPodSandbox(String podSandboxId) {
    FakePod pod = node.pod(podSandboxId);
    containersOf(pod).forEach(FakeContainer::kill);
    if (pod.isReady()) {
      pod.stop();
      node.report(pod.id, pod.id, ContainerEventType.CONTAINER_STOPPED_EVENT);
    }
  }

  @Override
  public void removePodSandbox(String podSandboxId) {
    stopPodSandbox(podSandboxId);
    for (FakeContainer container : containersOf(node.pod(podSandboxId))) {
      node.containers().remove(container.id);
      node.report(container.id, podSandboxId, ContainerEventType.CONTAINER_DELETED_EVENT);
    }
    node.pods().remove(podSandboxId);
    node.report(podSandboxId, podSandboxId, ContainerEventType.CONTAINER_DELETED_EVENT);
  }

  private List<FakeContainer> containersOf(FakePod pod) {
    return node.containers().values().stream().filter(c -> c.podId.equals(pod.id)).toList();
  }

  @Override
  public PodSandboxStatus podSandboxStatus(String podSandboxId) {
    return node.pod(podSandboxId).status();
  }

  @Override
  public List<PodSandbox> listPodSandboxes() {
    return node.pods().values().stream().map(FakePod::summary).toList();
  }
}
