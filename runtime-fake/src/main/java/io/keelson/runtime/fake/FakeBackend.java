package io.keelson.runtime.fake;

import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeFeatures;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.RuntimeHandlerFeatures;
import java.time.Clock;
import java.util.List;

/**
 * The required part of the SPI in memory. Pods get addresses from 10.88.0.0/16 that nobody answers
 * on; containers run until they are stopped; every image can be pulled, except names that begin
 * with {@code missing/}. Nothing survives the process. Thread-safe.
 *
 * <p>A runtime author can start from here: this class and its three parts are all that a backend
 * needs.
 */
public final class FakeBackend implements RuntimeBackend {
  static final String NAME = "fake";

  private final FakeImages images = new FakeImages();
  private final FakeNode node;
  private final FakePodSandboxes podSandboxes;
  private final FakeContainers containers;

  /**
   * Creates a backend without pods or images.
   *
   * @param clock gives every time stamp
   */
  public FakeBackend(Clock clock) {
    this.node = new FakeNode(clock);
    this.podSandboxes = new FakePodSandboxes(node);
    this.containers = new FakeContainers(node, images);
  }

  @Override
  public void start(ContainerEventSink events) {
    node.reportTo(events);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "0.1.0";
  }

  @Override
  public List<RuntimeHandler> runtimeHandlers() {
    return List.of(
        RuntimeHandler.newBuilder()
            .setName(NAME)
            .setFeatures(RuntimeHandlerFeatures.getDefaultInstance())
            .build());
  }

  @Override
  public RuntimeFeatures features() {
    return RuntimeFeatures.getDefaultInstance();
  }

  @Override
  public CgroupDriver cgroupDriver() {
    return CgroupDriver.CGROUPFS;
  }

  @Override
  public List<RuntimeCondition> conditions() {
    return List.of(
        RuntimeCondition.newBuilder().setType("RuntimeReady").setStatus(true).build(),
        RuntimeCondition.newBuilder().setType("NetworkReady").setStatus(true).build());
  }

  @Override
  public PodSandboxes podSandboxes() {
    return podSandboxes;
  }

  @Override
  public Containers containers() {
    return containers;
  }

  @Override
  public Images images() {
    return images;
  }

  @Override
  public void close() {
    node.reportTo((containerId, podSandboxId, type, createdAtNanos) -> {});
  }
}
