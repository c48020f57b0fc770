package io.keelson.runtime.fake;

import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.AuthConfig;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.Container;
import io.keelson.runtime.v1.ContainerConfig;
import io.keelson.runtime.v1.ContainerStatus;
import io.keelson.runtime.v1.ExecSyncResponse;
import io.keelson.runtime.v1.Image;
import io.keelson.runtime.v1.ImageFsInfoResponse;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandbox;
import io.keelson.runtime.v1.PodSandboxConfig;
import io.keelson.runtime.v1.PodSandboxStatus;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeFeatures;
import io.keelson.runtime.v1.RuntimeHandler;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A fake backend that calls a hook in the middle of each life-cycle call, for tests that look at
 * the thread, delay it or make it fail. It has the required part of the SPI only.
 */
class HookedBackend implements RuntimeBackend, PodSandboxes, Containers, Images {
  private final FakeBackend fake;
  private volatile Hook hook = (call, object) -> {};
  private volatile ContainerEventSink events = (container, pod, type, at) -> {};
  private volatile boolean closed;

  /** Runs inside a call. */
  @FunctionalInterface
  interface Hook {
    /**
     * Runs before the call takes effect.
     *
     * @param call the SPI method's name
     * @param object the pod's name where a pod is run, otherwise the id or image it is about
     */
    void inside(String call, String object) throws InterruptedException;
  }

  HookedBackend() {
    this("fake");
  }

  HookedBackend(String name) {
    this.fake = new FakeBackend(name, Clock.systemUTC());
  }

  void hook(Hook hook) {
    this.hook = hook;
  }

  /** Where this backend reports to. */
  ContainerEventSink events() {
    return events;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void start(ContainerEventSink sink) {
    events = sink;
    fake.start(sink);
  }

  @Override
  public String name() {
    return fake.name();
  }

  @Override
  public String version() {
    return fake.version();
  }

  @Override
  public List<RuntimeHandler> runtimeHandlers() {
    return fake.runtimeHandlers();
  }

  @Override
  public RuntimeFeatures features() {
    return fake.features();
  }

  @Override
  public CgroupDriver cgroupDriver() {
    return fake.cgroupDriver();
  }

  @Override
  public List<RuntimeCondition> conditions() throws InterruptedException {
    hook.inside("conditions", name());
    return fake.conditions();
  }

  @Override
  public PodSandboxes podSandboxes() {
    return this;
  }

  @Override
  public Containers containers() {
    return this;
  }

  @Override
  public Images images() {
    return this;
  }

  @Override
  public void close() {
    closed = true;
    fake.close();
  }

  @Override
  public String runPodSandbox(PodSandboxConfig config, String runtimeHandler)
      throws InterruptedException {
    hook.inside("runPodSandbox", config.getMetadata().getName());
    return fake.podSandboxes().runPodSandbox(config, runtimeHandler);
  }

  @Override
  public void stopPodSandbox(String podSandboxId) throws InterruptedException {
    hook.inside("stopPodSandbox", podSandboxId);
    fake.podSandboxes().stopPodSandbox(podSandboxId);
  }

  @Override
  public void removePodSandbox(String podSandboxId) throws InterruptedException {
    hook.inside("removePodSandbox", podSandboxId);
    fake.podSandboxes().removePodSandbox(podSandboxId);
  }

  @Override
  public PodSandboxStatus podSandboxStatus(String podSandboxId) throws InterruptedException {
    hook.inside("podSandboxStatus", podSandboxId);
    return fake.podSandboxes().podSandboxStatus(podSandboxId);
  }

  @Override
  public List<PodSandbox> listPodSandboxes() throws InterruptedException {
    hook.inside("listPodSandboxes", "");
    return fake.podSandboxes().listPodSandboxes();
  }

  @Override
  public String createContainer(
      String podSandboxId, ContainerConfig config, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    hook.inside("createContainer", podSandboxId);
    return fake.containers().createContainer(podSandboxId, config, sandboxConfig);
  }

  @Override
  public void startContainer(String containerId) throws InterruptedException {
    hook.inside("startContainer", containerId);
    fake.containers().startContainer(containerId);
  }

  @Override
  public void stopContainer(String containerId, Duration grace) throws InterruptedException {
    hook.inside("stopContainer", containerId);
    fake.containers().stopContainer(containerId, grace);
  }

  @Override
  public void removeContainer(String containerId) throws InterruptedException {
    hook.inside("removeContainer", containerId);
    fake.containers().removeContainer(containerId);
  }

  @Override
  public ContainerStatus containerStatus(String containerId) throws InterruptedException {
    hook.inside("containerStatus", containerId);
    return fake.containers().containerStatus(containerId);
  }

  @Override
  public List<Container> listContainers() throws InterruptedException {
    hook.inside("listContainers", "");
    return fake.containers().listContainers();
  }

  @Override
  public ExecSyncResponse execSync(String containerId, List<String> command, Duration timeout)
      throws InterruptedException {
    hook.inside("execSync", containerId);
    return fake.containers().execSync(containerId, command, timeout);
  }

  @Override
  public List<Image> listImages() throws InterruptedException {
    return fake.images().listImages();
  }

  @Override
  public Optional<Image> imageStatus(ImageSpec image) throws InterruptedException {
    return fake.images().imageStatus(image);
  }

  @Override
  public String pullImage(ImageSpec image, AuthConfig auth, PodSandboxConfig sandboxConfig)
      throws InterruptedException {
    hook.inside("pullImage", image.getImage());
    return fake.images().pullImage(image, auth, sandboxConfig);
  }

  @Override
  public void removeImage(ImageSpec image) throws InterruptedException {
    fake.images().removeImage(image);
  }

  @Override
  public ImageFsInfoResponse imageFsInfo() throws InterruptedException {
    return fake.images().imageFsInfo();
  }
}
