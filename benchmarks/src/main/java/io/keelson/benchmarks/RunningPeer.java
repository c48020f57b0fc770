package io.keelson.benchmarks;

import io.keelson.runtime.client.RuntimeClient;
import io.keelson.runtime.transport.Endpoint;
import io.keelson.runtime.v1.ImageSpec;
import io.keelson.runtime.v1.PodSandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A peer that somebody else has started, and goes on running. */
final class RunningPeer implements MeasuredRuntime {
  private final String name;
  private final RuntimeClient client;
  private final Path imageArchive;

  private RunningPeer(String name, RuntimeClient client, Path imageArchive) {
    this.name = name;
    this.client = client;
    this.imageArchive = imageArchive;
  }

  /**
   * Connects to one.
   *
   * @param nameAndEndpoint such as {@code cri-dockerd=unix:///run/cri-dockerd.sock}
   * @param imageArchive the image it must have been given
   */
  static RunningPeer of(String nameAndEndpoint, Path imageArchive) {
    String[] parts = nameAndEndpoint.split("=", 2);
    if (parts.length != 2) {
      throw new IllegalArgumentException(
          "'" + nameAndEndpoint + "' is not a peer; give NAME=unix:///path/of/its.sock");
    }
    return new RunningPeer(parts[0], RuntimeClient.connect(Endpoint.parse(parts[1])), imageArchive);
  }

  @Override
  public String name() {
    return name;
  }

  /** Nothing to start, and nothing to time. */
  @Override
  public Duration start() {
    return Duration.ZERO;
  }

  @Override
  public void takeImages() throws IOException, InterruptedException {
    if (client.imageStatus(ImageSpec.newBuilder().setImage(Workspace.IMAGE).build()).isEmpty()) {
      throw new IOException(
          "%s has no image %s; load it from %s".formatted(name, Workspace.IMAGE, imageArchive));
    }
  }

  /** It goes on running, without what a measurement that failed has left on it. */
  @Override
  public void stop() throws InterruptedException {
    for (PodSandbox left : client.listPodSandboxes(BenchmarkPods.filter())) {
      client.stopPodSandbox(left.getId());
      client.removePodSandbox(left.getId());
    }
  }

  @Override
  public RuntimeClient client() {
    return client;
  }

  /** Not known: the process behind a socket may be any. */
  @Override
  public long residentBytes() {
    return 0;
  }

  @Override
  public void close() {
    client.close();
  }
}
