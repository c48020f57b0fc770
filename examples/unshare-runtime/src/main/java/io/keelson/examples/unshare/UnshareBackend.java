package io.keelson.examples.unshare;

import io.keelson.runtime.spi.BackendContext;
import io.keelson.runtime.spi.ContainerEventSink;
import io.keelson.runtime.spi.Containers;
import io.keelson.runtime.spi.CriException;
import io.keelson.runtime.spi.Images;
import io.keelson.runtime.spi.LogReopening;
import io.keelson.runtime.spi.PodNetwork;
import io.keelson.runtime.spi.PodSandboxes;
import io.keelson.runtime.spi.RuntimeBackend;
import io.keelson.runtime.v1.CgroupDriver;
import io.keelson.runtime.v1.RuntimeCondition;
import io.keelson.runtime.v1.RuntimeFeatures;
import io.keelson.runtime.v1.RuntimeHandler;
import io.keelson.runtime.v1.RuntimeHandlerFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A container runtime that needs no engine: the files of an image are unpacked, copied for each
 * container, and its program is run in namespaces of its own by {@code unshare}. An example of a
 * backend, to be read; it isolates files, processes, host names and networks, and no rights: every
 * container is as good as a privileged one, and none has limits. It remembers nothing: pods end
 * with the process that runs it.
 */
public final class UnshareBackend implements RuntimeBackend, LogReopening {
  static final String NAME = "unshare";

  private final Path images;
  private final Path containers;
  private final PodNetwork network;
  private final Node node;
  private final ImageStore imageStore;
  private final UnsharePodSandboxes podSandboxes;
  private final UnshareContainers containerCalls;

  UnshareBackend(BackendContext context) {
    this.images = context.stateDirectory().resolve("images");
    this.containers = context.runDirectory().resolve("containers");
    this.network = context.podNetwork();
    this.node = new Node(containers, context.clock());
    this.imageStore = new ImageStore(images, context.clock());
    this.podSandboxes = new UnsharePodSandboxes(node, network);
    this.containerCalls = new UnshareContainers(node, imageStore);
  }

  /**
   * A backend of one's own daemon.
   *
   * @param context {@link BackendContext#options} are empty
   */
  public static UnshareBackend of(BackendContext context) {
    return new UnshareBackend(context);
  }

  @Override
  public void start(ContainerEventSink events) throws InterruptedException {
    node.reportTo(events);
    try {
      Files.createDirectories(images);
      Files.createDirectories(containers);
    } catch (IOException e) {
      throw CriException.unknown("the folders of this runtime cannot be made: " + e, e);
    }
    network.retainOnly(List.of());
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "1.0.0";
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
        network.condition());
  }

  @Override
  public boolean answersFromMemory() {
    return true;
  }

  @Override
  public PodSandboxes podSandboxes() {
    return podSandboxes;
  }

  @Override
  public Containers containers() {
    return containerCalls;
  }

  @Override
  public Images images() {
    return imageStore;
  }

  @Override
  public void reopenContainerLog(String containerId) {
    node.container(containerId).reopenLog();
  }

  @Override
  public void close() {
    imageStore.close();
  }
}
