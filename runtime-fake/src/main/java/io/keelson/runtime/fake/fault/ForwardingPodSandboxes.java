package io.keelson.runtime.fake.fault;

import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import java.util.List;
import java.util.Map;

/** Healthy sandboxes, of which a fault changes what it wants. */
abstract class ForwardingPodSandboxes implements PodSandboxes {
  final PodSandboxes healthy;

  ForwardingPodSandboxes(PodSandboxes healthy) {
    this.healthy = healthy;
  }

  @Override
  public String runPodSandbox(PodSandboxConfig config, String runtimeHandler)
      throws InterruptedException {
    return healthy.runPodSandbox(config, runtimeHandler);
  }

  @Override
  public void stopPodSandbox(String podSandboxId) throws InterruptedException {
    healthy.stopPodSandbox(podSandboxId);
  }

  @Override
  public void removePodSandbox(String podSandboxId) throws InterruptedException {
    healthy.removePodSandbox(podSandboxId);
  }

  @Override
  public PodSandboxStatus podSandboxStatus(String podSandboxId) throws InterruptedException {
    return healthy.podSandboxStatus(podSandboxId);
  }

  @Override
  public Map<String, String> podSandboxInfo(String podSandboxId) throws InterruptedException {
    return healthy.podSandboxInfo(podSandboxId);
  }

  @Override
  public List<PodSandbox> listPodSandboxes() throws InterruptedException {
    return healthy.listPodSandboxes();
  }
}
