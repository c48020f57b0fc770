package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.PodSandboxConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Healthy containers, of which a fault changes what it wants. */
abstract class ForwardingContainers implements Containers {
  final Containers healthy;

  ForwardingContainers(Containers healthy) {
    this.healthy = healthy;
  }

  @Override
  public String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    return healthy.createContainer(podSandboxId, config, sandboxConfig);
  }

  @Override
  public void startContainer(String containerId) throws InterruptedException {
    healthy.startContainer(containerId);
  }

  @Override
  public void stopContainer(String containerId, Duration grace) throws InterruptedException {
    healthy.stopContainer(containerId, grace);
  }

  @Override
  public void removeContainer(String containerId) throws InterruptedException {
    healthy.removeContainer(containerId);
  }

  @Override
  public ContainerStatus containerStatus(String containerId) throws InterruptedException {
    return healthy.containerStatus(containerId);
  }

  @Override
  public Map<String, String> containerInfo(String containerId) throws InterruptedException {
    return healthy.containerInfo(containerId);
  }

  @Override
  public List<Container> listContainers() throws InterruptedException {
    return healthy.listContainers();
  }

  @Override
  public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout)
      throws InterruptedException {
    return healthy.execSync(containerId, command, timeout);
  }
}
